package dev.deployclaw.core.change;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.PolicySetReader;
import dev.deployclaw.core.ledger.PolicySetReader.Loaded;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEffect;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.survey.UnrestoredMembers;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Each effect of a change by its kind: what performs it, and the phase that its time counts to. */
final class EffectTable {
  private final Map<ChangeEffect, Row> rows = new EnumMap<>(ChangeEffect.class);
  private final PreCommitEffects before;
  private final SourceChangeCheck sources;
  private final TemporaryChangeExpiry lasting;
  private final PolicySetReader archive;

  EffectTable(AgentPorts ports, AgentSettings settings, ChangeOrchestrator orchestrator) {
    this.archive = orchestrator.archive();
    this.sources = new SourceChangeCheck(ports, settings, archive);
    this.lasting = new TemporaryChangeExpiry(archive, ports.time());
    var crew = new ParticipantFanout(ports.executors(), settings);
    var unrestored = new UnrestoredMembers(orchestrator.ledger(), archive, crew);
    this.before = new PreCommitEffects(ports, settings, crew, unrestored);
    var after = new PostCommitEffects(ports, settings, crew, orchestrator.ledger());
    beforeTheCommit();
    onTrial(
        new CanaryEffects(after, crew, ports.time()),
        new BakeMonitor(ports, settings, orchestrator, after));
    afterTheCommit(after, new CompensatingChange(orchestrator, orchestrator.ledger()));
    for (var effect : ChangeEffect.values()) {
      if (effect != ChangeEffect.REST && !rows.containsKey(effect)) {
        throw new IllegalStateException("no executor performs " + effect);
      }
    }
  }

  /** What performs one effect. The content is read back where it isn't at hand. */
  @FunctionalInterface
  interface Effect {
    EffectResult perform(
        ChangeExecution x, Optional<ChangeContent> content, OrchestrationContext duty)
        throws InterruptedException;
  }

  /** What performs an effect that needs what the change carries. */
  @FunctionalInterface
  private interface ContentEffect {
    EffectResult perform(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
        throws InterruptedException;
  }

  private record Row(Optional<Phase> phase, Effect effect) {}

  private void beforeTheCommit() {
    loaded(
        ChangeEffect.TAKE_CHECKPOINT,
        Phase.CHECKPOINT,
        (x, content, duty) -> next(before.takeCheckpoint(x, content, duty)));
    loaded(
        ChangeEffect.STAGE,
        Phase.STAGE,
        (x, content, duty) -> next(before.stage(x, content, duty)));
    loaded(
        ChangeEffect.PREPARE,
        Phase.PREPARE,
        (x, content, duty) -> next(before.prepare(x, content, duty)));
    put(ChangeEffect.JUDGE_GATE, Phase.GATE, (x, _, duty) -> next(before.judgeGate(x, duty)));
    put(ChangeEffect.OBSERVE_AGAIN, Phase.GATE, (x, _, duty) -> next(before.observeAgain(x, duty)));
    put(
        ChangeEffect.VERIFY_CHECKPOINT,
        Phase.COMMIT,
        (x, content, duty) -> next(lastLook(x, content, duty)));
    put(ChangeEffect.DISCARD, Phase.FINISH, (x, _, duty) -> next(before.discard(x, duty)));
  }

  private void onTrial(CanaryEffects trial, BakeMonitor watch) {
    loaded(ChangeEffect.WIDEN, Phase.PUBLISH, trial::widen);
    loaded(ChangeEffect.BAKE, Phase.BAKE, watch::watch);
    loaded(ChangeEffect.WITHDRAW, Phase.ROLLBACK, trial::withdraw);
  }

  /** A compensation counts its own time. */
  private void afterTheCommit(PostCommitEffects after, CompensatingChange compensation) {
    loaded(ChangeEffect.PUBLISH, Phase.PUBLISH, after::publish);
    loaded(ChangeEffect.CONVERGE, Phase.CONVERGE, after::converge);
    loaded(ChangeEffect.VALIDATE, Phase.VALIDATE, after::validate);
    put(ChangeEffect.COLLECT, Phase.FINISH, (x, _, duty) -> after.collect(x, duty));
    rows.put(
        ChangeEffect.COMPENSATE,
        new Row(Optional.empty(), (x, _, duty) -> compensation.run(x, duty)));
  }

  private void put(ChangeEffect kind, Phase phase, Effect effect) {
    rows.put(kind, new Row(Optional.of(phase), effect));
  }

  private void loaded(ChangeEffect kind, Phase phase, ContentEffect effect) {
    put(
        kind,
        phase,
        (x, content, duty) ->
            switch (content.isPresent() ? new Loaded.Ready(content.get()) : archive.load(x)) {
              case Loaded.Missing(String reason) -> missing(x.state(), reason);
              case Loaded.Ready(ChangeContent ready) -> effect.perform(x, ready, duty);
            });
  }

  private static EffectResult next(ChangeEvent event) {
    return new EffectResult.NextEvent(event);
  }

  PreCommitEffects beforeCommit() {
    return before;
  }

  /** What the time of an effect is counted under. */
  Optional<Phase> phase(ChangeEffect kind) {
    return row(kind).phase();
  }

  Effect of(ChangeEffect kind) {
    return row(kind).effect();
  }

  private Row row(ChangeEffect kind) {
    var row = rows.get(kind);
    if (row == null) {
      throw new IllegalStateException("there is nothing to do");
    }
    return row;
  }

  /** Its time isn't over, the checkpoint holds, and the sources say what was taken from them. */
  private ChangeEvent lastLook(
      ChangeExecution x, Optional<ChangeContent> content, OrchestrationContext duty)
      throws InterruptedException {
    var end = lasting.over(x);
    if (end.isPresent()) {
      String past = "its end, " + end.get() + ", has passed: ask again with a later one";
      return new ChangeEvent.Stopped(AbortCause.EXPIRED, past);
    }
    var event = before.verifyCheckpoint(x);
    return event instanceof ChangeEvent.CheckpointIntact
        ? sources.moved(x, content, duty).<ChangeEvent>map(stopped -> stopped).orElse(event)
        : event;
  }

  /** A candidate without policies is taken back; what everybody is to act on is waited for. */
  private static EffectResult missing(ChangeState state, String reason) {
    if (!state.live()) {
      return new EffectResult.NextEvent(new ChangeEvent.Stopped(AbortCause.UNREACHABLE, reason));
    }
    boolean tried = state.onTrial() && !(state instanceof ChangeState.Withdrawing);
    return tried
        ? new EffectResult.NextEvent(new ChangeEvent.Refused(reason))
        : new EffectResult.Stuck(reason);
  }
}
