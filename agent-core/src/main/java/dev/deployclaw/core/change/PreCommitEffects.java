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
  private final ParticipantFanout crew;
  private final ObjectStore objects;
  private final AgentSettings settings;
  private final AgentClock time;
  private final RegressionDetector regression;
  private final SkillPinCheck skills;
  private final UnrestoredMembers unrestored;

  PreCommitEffects(
      AgentPorts ports,
      AgentSettings settings,
      ParticipantFanout crew,
      UnrestoredMembers unrestored) {
    this.crew = crew;
    this.unrestored = unrestored;
    this.objects = ports.objects();
    this.settings = settings;
    this.time = ports.time();
    this.regression = new RegressionDetector(ports, settings);
    this.skills = new SkillPinCheck(ports.playbook());
  }

  /** Observes, stores what was seen under its hash, reads it back and compares. */
  ChangeEvent takeCheckpoint(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    if (x.base().epoch() > 0 && content.previous().isEmpty() && !x.kind().back()) {
      return new ChangeEvent.Stopped(
          AbortCause.UNREACHABLE, "the policy set of epoch " + x.base().epoch() + " can't be read");
    }
    long from = time.micros();
    var marks = regression.begin();
    var observed = crew.observe(duty.mandate());
    var ahead = marks.see().ahead();
    if (!ahead.isEmpty()) {
      return new ChangeEvent.Stopped(AbortCause.REGRESSED, RegressionDetector.sentence(ahead));
    }
    duty.story()
        .tellTimed(
            Phase.CHECKPOINT, "Observing every participant", LogEntryContent.of(observed), from);
    if (!x.kind().back() && !observed.allYes()) {
      return unobserved(observed);
    }
    if (!x.kind().back()) {
      var former = unrestored.among(x.base(), observed.all(), duty.mandate());
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
          ? unstored(new Checkpoint(name, sha256, fingerprint, false), bytes, fault.reason(), duty)
          : new ChangeEvent.Stopped(AbortCause.UNREACHABLE, "checkpoint: " + fault.reason());
    }
    var wrong = compare(x, name, sha256);
    if (wrong != null) {
      return wrong;
    }
    String where = objects.locate(name) + " holds " + bytes.length + " bytes, SHA-256 read back";
    duty.story().summarise(observed.counts() + " observed", Status.OK);
    duty.story().summarise(where, Status.OK);
    return new ChangeEvent.CheckpointTaken(new Checkpoint(name, sha256, fingerprint, true));
  }

  ChangeEvent stage(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    long from = time.micros();
    var tally = crew.stage(content.activation(x), duty.mandate());
    duty.story()
        .tellTimed(Phase.STAGE, "Staging epoch " + x.epoch(), LogEntryContent.of(tally), from);
    var lacking = lacking(x, tally);
    if (lacking.isPresent()) {
      return stopped(lacking.get(), "could not stage");
    }
    duty.story().summarise(tally.counts() + " staged", status(tally));
    return new ChangeEvent.StagedEverywhere();
  }

  ChangeEvent prepare(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    long from = time.micros();
    var tally = crew.prepare(content.activation(x), duty.mandate());
    duty.story()
        .tellTimed(
            Phase.PREPARE,
            "Asking for votes on epoch " + x.epoch(),
            LogEntryContent.of(tally),
            from);
    var lacking = lacking(x, tally);
    if (lacking.isPresent()) {
      return stopped(lacking.get(), "did not vote for it");
    }
    int gateways = content.set().gateways().size();
    int heard = tally.yes(ExecutorRegistry.GATEWAYS);
    if (!x.kind().back() && heard < gateways) {
      return new ChangeEvent.Stopped(
          AbortCause.VOTED_DOWN,
          "only %d of the %d gateways of the policy set voted: is each of them configured?"
              .formatted(heard, gateways));
    }
    int yes = tally.with(Answer.YES).size();
    duty.story().summarise(tally.counts() + " voted yes", status(tally));
    return new ChangeEvent.Voted(tally.digest(), yes, absent(tally));
  }

  /** Those a way back goes on without: first who refuses. */
  private static List<String> absent(ParticipantReplies tally) {
    var absent = new ArrayList<>(tally.members(Answer.NO));
    absent.addAll(tally.members(Answer.UNKNOWN));
    return absent;
  }

  /** What the gate says of a change that opens, for its record. */
  Map<String, Object> gate(ChangeExecution x, OrchestrationContext duty) {
    return x.kind() == ChangeKind.COMPENSATION
        ? Map.of()
        : Map.of("gate", settings.gate().facts(x.requester(), duty.risks()));
  }

  ChangeEvent judgeGate(ChangeExecution x, OrchestrationContext duty) {
    return switch (settings.gate().judge(x, duty.risks())) {
      case Verdict.Pass(String rule) -> {
        duty.story().summarise("the gate passed it by rule " + rule, Status.OK);
        yield new ChangeEvent.GateOpened(rule);
      }
      case Verdict.Hold(String rule, String why, var approval) -> {
        duty.story().summarise("held at the gate by rule " + rule + ": " + why, Status.WARNING);
        var until = time.instant().plus(settings.gate().holdFor());
        yield new ChangeEvent.GateHeld(rule, why, until.toEpochMilli(), approval);
      }
    };
  }

  /** After an approval: its skill is as it was, and what it was given on still stands. */
  ChangeEvent observeAgain(ChangeExecution x, OrchestrationContext duty)
      throws InterruptedException {
    var refused = skills.again(x, duty.story());
    if (refused.isPresent()) {
      return refused.get();
    }
    long from = time.micros();
    var observed = crew.observe(duty.mandate());
    duty.story()
        .tellTimed(
            Phase.GATE, "Observing every participant again", LogEntryContent.of(observed), from);
    if (!x.kind().back() && !observed.allYes()) {
      return unobserved(observed);
    }
    var checkpoint = x.checkpoint().orElseThrow();
    return CheckpointFile.fingerprint(observed).equals(checkpoint.fingerprint())
        ? new ChangeEvent.ObservedSame()
        : new ChangeEvent.Stopped(
            AbortCause.STALE, "participants no longer match the checkpoint: plan again");
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

  ChangeEvent discard(ChangeExecution x, OrchestrationContext duty) throws InterruptedException {
    long from = time.micros();
    var tally = crew.discard(x.epoch(), duty.mandate());
    duty.story()
        .tellTimed(
            Phase.FINISH,
            "Removing what was staged for epoch " + x.epoch(),
            LogEntryContent.of(tally),
            from);
    return new ChangeEvent.Discarded(
        tally.all().stream()
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
      Checkpoint checkpoint, byte[] bytes, String reason, OrchestrationContext duty) {
    boolean kept = objects.keep(checkpoint.object(), bytes);
    String detail =
        "the checkpoint's object is pending, "
            + (kept ? "kept here until it can be stored: " : "and kept nowhere: ")
            + reason;
    duty.story()
        .tell(
            Phase.CHECKPOINT,
            "Storing the checkpoint",
            new LogEntryContent(detail, Status.WARNING, Map.of()));
    duty.story().summarise(detail, Status.WARNING);
    return new ChangeEvent.CheckpointTaken(checkpoint);
  }

  /**
   * Whose answers stop it; empty where nobody's do. A way back only needs the store of policy sets:
   * a member that can't go back stops no other. One that a person asks for needs somebody who goes,
   * since as yet nobody is where they shouldn't be.
   */
  private static Optional<ParticipantReplies> lacking(ChangeExecution x, ParticipantReplies tally) {
    if (!x.kind().back()) {
      return Optional.of(tally).filter(t -> !t.allYes());
    }
    var store = tally.only(ExecutorRegistry.STORE);
    if (!store.allYes()) {
      return Optional.of(store);
    }
    return Optional.of(tally).filter(t -> x.kind() == ChangeKind.ROLLBACK && refusedByAll(t));
  }

  private static boolean refusedByAll(ParticipantReplies tally) {
    return !tally.with(Answer.NO).isEmpty()
        && tally.with(Answer.YES).size() == tally.yes(ExecutorRegistry.STORE);
  }

  private static ChangeEvent unobserved(ParticipantReplies observed) {
    boolean refused = !observed.with(Answer.NO).isEmpty();
    return stopped(observed, refused ? "has to be fixed first" : "can't be observed");
  }

  /** A later way back would take a former epoch for what was found. */
  private static ChangeEvent unrestored(List<Discrepancy> members) {
    return new ChangeEvent.Stopped(
        AbortCause.VOTED_DOWN,
        Discrepancy.sentence(members)
            + ": restore its original state with: deployclaw drift --repair");
  }

  private static ChangeEvent stopped(ParticipantReplies tally, String what) {
    var refused = tally.with(Answer.NO);
    return refused.isEmpty()
        ? new ChangeEvent.Stopped(AbortCause.UNREACHABLE, what + ": " + tally.named(Answer.UNKNOWN))
        : new ChangeEvent.Stopped(AbortCause.VOTED_DOWN, what + ": " + tally.pending());
  }

  private static Status status(ParticipantReplies tally) {
    return tally.allYes() ? Status.OK : Status.WARNING;
  }
}
