package dev.deployclaw.core.change;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.GatePolicy.Verdict;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.survey.UnrestoredMembers;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The effects up to the commit. Whatever goes wrong here stops the change: nobody acted on it yet.
 * A way back is laxer in one thing: it goes on without members, or the object store, that can't be
 * reached, and says so.
 */
final class PreCommitEffects {
  private final ParticipantFanout participants;
  private final ObjectStore objects;
  private final AgentSettings settings;
  private final AgentClock time;
  private final RegressionDetector regression;
  private final SkillPinCheck skills;
  private final UnrestoredMembers unrestored;

  PreCommitEffects(
      AgentPorts ports,
      AgentSettings settings,
      ParticipantFanout participants,
      UnrestoredMembers unrestored) {
    this.participants = participants;
    this.unrestored = unrestored;
    this.objects = ports.objects();
    this.settings = settings;
    this.time = ports.time();
    this.regression = new RegressionDetector(ports, settings);
    this.skills = new SkillPinCheck(ports.procedures());
  }

  /** Observes, stores what was seen under its hash, reads it back and compares. */
  ChangeEvent takeCheckpoint(ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    if (x.base().epoch() > 0 && content.previous().isEmpty() && !x.kind().back()) {
      return new ChangeEvent.Stopped(
          AbortCause.UNREACHABLE, "the policy set of epoch " + x.base().epoch() + " can't be read");
    }
    long from = time.micros();
    var marks = regression.begin();
    var observed = participants.observe(context.callContext());
    var ahead = marks.see().ahead();
    if (!ahead.isEmpty()) {
      return new ChangeEvent.Stopped(AbortCause.REGRESSED, RegressionDetector.sentence(ahead));
    }
    context
        .recorder()
        .tellTimed(
            Phase.CHECKPOINT, "Observing every participant", LogEntryContent.of(observed), from);
    if (!x.kind().back() && !observed.allYes()) {
      return unobserved(observed);
    }
    if (!x.kind().back()) {
      var former = unrestored.among(x.base(), observed.all(), context.callContext());
      if (!former.isEmpty()) {
        return unrestored(former);
      }
    }
    byte[] bytes = CheckpointFile.of(x, observed, content.previous()).bytes();
    String sha256 = CanonicalJson.sha256(bytes);
    String name = "checkpoints/" + sha256 + ".json";
    var put = objects.create(name, bytes);
    String fingerprint = CheckpointFile.fingerprint(observed);
    if (put instanceof ObjectStore.Put.Failed(var fault)) {
      return x.kind().back()
          ? unstored(
              new Checkpoint(name, sha256, fingerprint, false), bytes, fault.reason(), context)
          : new ChangeEvent.Stopped(AbortCause.UNREACHABLE, "checkpoint: " + fault.reason());
    }
    var wrong = compare(x, name, sha256);
    if (wrong != null) {
      return wrong;
    }
    String where = objects.locate(name) + " holds " + bytes.length + " bytes, SHA-256 read back";
    context.recorder().summarise(observed.counts() + " observed", Status.OK);
    context.recorder().summarise(where, Status.OK);
    return new ChangeEvent.CheckpointTaken(new Checkpoint(name, sha256, fingerprint, true));
  }

  ChangeEvent stage(ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long from = time.micros();
    var replies = participants.stage(content.activation(x), context.callContext());
    context
        .recorder()
        .tellTimed(Phase.STAGE, "Staging epoch " + x.epoch(), LogEntryContent.of(replies), from);
    var lacking = lacking(x, replies);
    if (lacking.isPresent()) {
      return stopped(lacking.get(), "could not stage");
    }
    context.recorder().summarise(replies.counts() + " staged", status(replies));
    return new ChangeEvent.StagedEverywhere();
  }

  ChangeEvent prepare(ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long from = time.micros();
    var replies = participants.prepare(content.activation(x), context.callContext());
    context
        .recorder()
        .tellTimed(
            Phase.PREPARE,
            "Asking for votes on epoch " + x.epoch(),
            LogEntryContent.of(replies),
            from);
    var lacking = lacking(x, replies);
    if (lacking.isPresent()) {
      return stopped(lacking.get(), "did not vote for it");
    }
    int gateways = content.set().gateways().size();
    int heard = replies.yes(ExecutorRegistry.GATEWAYS);
    if (!x.kind().back() && heard < gateways) {
      return new ChangeEvent.Stopped(
          AbortCause.VOTED_DOWN,
          "only %d of the %d gateways of the policy set voted: is each of them configured?"
              .formatted(heard, gateways));
    }
    int yes = replies.with(Answer.YES).size();
    context.recorder().summarise(replies.counts() + " voted yes", status(replies));
    return new ChangeEvent.Voted(replies.digest(), yes, absent(replies));
  }

  /** Those a way back goes on without: first who refuses. */
  private static List<String> absent(ParticipantReplies replies) {
    var absent = new ArrayList<>(replies.members(Answer.NO));
    absent.addAll(replies.members(Answer.UNKNOWN));
    return absent;
  }

  /** What the gate says of a change that opens, for its record. */
  Map<String, Object> gate(ChangeExecution x, OrchestrationContext context) {
    return x.kind() == ChangeKind.COMPENSATION
        ? Map.of()
        : Map.of("gate", settings.gate().facts(x.requester(), context.risks()));
  }

  ChangeEvent judgeGate(ChangeExecution x, OrchestrationContext context) {
    return switch (settings.gate().judge(x, context.risks())) {
      case Verdict.Pass(String rule) -> {
        context.recorder().summarise("the gate passed it by rule " + rule, Status.OK);
        yield new ChangeEvent.GateOpened(rule);
      }
      case Verdict.Hold(String rule, String why, var approval) -> {
        context
            .recorder()
            .summarise("held at the gate by rule " + rule + ": " + why, Status.WARNING);
        var until = time.instant().plus(settings.gate().holdFor());
        yield new ChangeEvent.GateHeld(rule, why, until.toEpochMilli(), approval);
      }
    };
  }

  /** After an approval: its skill is as it was, and what it was given on still stands. */
  ChangeEvent observeAgain(ChangeExecution x, OrchestrationContext context)
      throws InterruptedException {
    var refused = skills.again(x, context.recorder());
    if (refused.isPresent()) {
      return refused.get();
    }
    long from = time.micros();
    var observed = participants.observe(context.callContext());
    context
        .recorder()
        .tellTimed(
            Phase.GATE, "Observing every participant again", LogEntryContent.of(observed), from);
    if (!x.kind().back() && !observed.allYes()) {
      return unobserved(observed);
    }
    var checkpoint = x.checkpoint().orElseThrow();
    return CheckpointFile.fingerprint(observed).equals(checkpoint.fingerprint())
        ? new ChangeEvent.ObservedSame()
        : new ChangeEvent.Stopped(
            AbortCause.STALE, "participants no longer hold what the checkpoint says: plan again");
  }

  /** The last look before the commit. */
  ChangeEvent verifyCheckpoint(ChangeExecution x) throws InterruptedException {
    var checkpoint = x.checkpoint().orElseThrow();
    if (!checkpoint.stored()) {
      return new ChangeEvent.CheckpointIntact();
    }
    var wrong = compare(x, checkpoint.object(), checkpoint.sha256());
    return wrong == null ? new ChangeEvent.CheckpointIntact() : wrong;
  }

  ChangeEvent discard(ChangeExecution x, OrchestrationContext context) throws InterruptedException {
    long from = time.micros();
    var replies = participants.discard(x.epoch(), context.callContext());
    context
        .recorder()
        .tellTimed(
            Phase.FINISH,
            "Removing what was staged for epoch " + x.epoch(),
            LogEntryContent.of(replies),
            from);
    return new ChangeEvent.Discarded(
        replies.all().stream()
            .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
            .map(r -> r.member() + ": " + r.reason())
            .toList());
  }

  /** Reads the object and hashes it again; null when all is well. */
  private ChangeEvent.@Nullable Stopped compare(ChangeExecution x, String name, String sha256)
      throws InterruptedException {
    return switch (objects.read(name)) {
      case ObjectStore.Get.Found(byte[] bytes) when CanonicalJson.sha256(bytes).equals(sha256) ->
          null;
      case ObjectStore.Get.Found _ ->
          new ChangeEvent.Stopped(
              AbortCause.CHECKPOINT_ALTERED,
              objects.locate(name) + " no longer hashes to its name");
      case ObjectStore.Get.Absent _ ->
          new ChangeEvent.Stopped(AbortCause.CHECKPOINT_ALTERED, objects.locate(name) + " is gone");
      case ObjectStore.Get.Failed(var fault) ->
          x.kind().back()
              ? null
              : new ChangeEvent.Stopped(AbortCause.UNREACHABLE, "checkpoint: " + fault.reason());
    };
  }

  private ChangeEvent unstored(
      Checkpoint checkpoint, byte[] bytes, String reason, OrchestrationContext context) {
    boolean kept = objects.keep(checkpoint.object(), bytes);
    String detail =
        "the checkpoint's object is pending, "
            + (kept ? "kept here until it can be stored: " : "and kept nowhere: ")
            + reason;
    context
        .recorder()
        .tell(
            Phase.CHECKPOINT,
            "Storing the checkpoint",
            new LogEntryContent(detail, Status.WARNING, Map.of()));
    context.recorder().summarise(detail, Status.WARNING);
    return new ChangeEvent.CheckpointTaken(checkpoint);
  }

  /**
   * Whose answers stop it; empty where nobody's do. A way back only needs the store of policy sets:
   * a member that can't go back stops no other. One that a person asks for needs somebody who goes,
   * since as yet nobody is where they shouldn't be.
   */
  private static Optional<ParticipantReplies> lacking(
      ChangeExecution x, ParticipantReplies replies) {
    if (!x.kind().back()) {
      return Optional.of(replies).filter(t -> !t.allYes());
    }
    var store = replies.only(ExecutorRegistry.STORE);
    if (!store.allYes()) {
      return Optional.of(store);
    }
    return Optional.of(replies).filter(t -> x.kind() == ChangeKind.ROLLBACK && refusedByAll(t));
  }

  private static boolean refusedByAll(ParticipantReplies replies) {
    return !replies.with(Answer.NO).isEmpty()
        && replies.with(Answer.YES).size() == replies.yes(ExecutorRegistry.STORE);
  }

  private static ChangeEvent unobserved(ParticipantReplies observed) {
    boolean refused = !observed.with(Answer.NO).isEmpty();
    return stopped(observed, refused ? "has to be mended first" : "can't be observed");
  }

  /** A later way back would take a former epoch for what was found. */
  private static ChangeEvent unrestored(List<Discrepancy> members) {
    return new ChangeEvent.Stopped(
        AbortCause.VOTED_DOWN,
        Discrepancy.sentence(members)
            + ": put back what was found there with: deployclaw drift --repair");
  }

  private static ChangeEvent stopped(ParticipantReplies replies, String what) {
    var refused = replies.with(Answer.NO);
    return refused.isEmpty()
        ? new ChangeEvent.Stopped(
            AbortCause.UNREACHABLE, what + ": " + replies.named(Answer.UNKNOWN))
        : new ChangeEvent.Stopped(AbortCause.VOTED_DOWN, what + ": " + replies.pending());
  }

  private static Status status(ParticipantReplies replies) {
    return replies.allYes() ? Status.OK : Status.WARNING;
  }
}
