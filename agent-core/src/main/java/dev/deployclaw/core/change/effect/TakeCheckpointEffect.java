package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.survey.UnrestoredMembers;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;

/**
 * Observes every participant, stores what was seen under its hash, reads it back and compares. A
 * rollback goes on without members, or the object store, that can't be reached, and says so.
 */
record TakeCheckpointEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    if (x.base().epoch() > 0 && content.previous().isEmpty() && !x.kind().back()) {
      return EffectResult.stopped(
          AbortCause.UNREACHABLE, "the policy set of epoch " + x.base().epoch() + " can't be read");
    }
    long from = dependencies.time().micros();
    var marks = new RegressionDetector(dependencies.ports(), dependencies.settings()).begin();
    var observed = dependencies.participants().observe(context.callContext());
    var ahead = marks.see().ahead();
    if (!ahead.isEmpty()) {
      return EffectResult.stopped(AbortCause.REGRESSED, RegressionDetector.sentence(ahead));
    }
    context
        .recorder()
        .tellTimed(
            Phase.CHECKPOINT, "Observing every participant", LogEntryContent.of(observed), from);
    if (!x.kind().back()) {
      if (!observed.allYes()) {
        return RequiredReplies.unobserved(observed);
      }
      var former =
          new UnrestoredMembers(
                  dependencies.ledger(), dependencies.archive(), dependencies.participants())
              .among(x.base(), observed.all(), context.callContext());
      if (!former.isEmpty()) {
        return unrestored(former);
      }
    }
    return store(x, observed, content, context);
  }

  /** A later rollback would take a former epoch for what was found. */
  private static EffectResult unrestored(List<Discrepancy> members) {
    return EffectResult.stopped(
        AbortCause.VOTED_DOWN,
        Discrepancy.sentence(members)
            + ": restore its original state with: deployclaw drift --repair");
  }

  private EffectResult store(
      ChangeExecution x,
      ParticipantReplies observed,
      ChangeContent content,
      OrchestrationContext context)
      throws InterruptedException {
    byte[] bytes = CheckpointFile.of(x, observed, content.previous()).bytes();
    String sha256 = CanonicalJson.sha256(bytes);
    String name = "checkpoints/" + sha256 + ".json";
    String fingerprint = CheckpointFile.fingerprint(observed);
    if (dependencies.objects().create(name, bytes) instanceof ObjectStore.Put.Failed(var fault)) {
      return x.kind().back()
          ? pending(
              new Checkpoint(name, sha256, fingerprint, false), bytes, fault.reason(), context)
          : EffectResult.stopped(AbortCause.UNREACHABLE, "checkpoint: " + fault.reason());
    }
    var checkpoint = new Checkpoint(name, sha256, fingerprint, true);
    var altered = CheckpointFile.altered(dependencies.objects(), x, checkpoint);
    if (altered.isPresent()) {
      return new EffectResult.NextEvent(altered.get());
    }
    String where =
        dependencies.objects().locate(name)
            + " holds "
            + bytes.length
            + " bytes, SHA-256 read back";
    context.recorder().summarise(observed.counts() + " observed", Status.OK);
    context.recorder().summarise(where, Status.OK);
    return new EffectResult.NextEvent(new ChangeEvent.CheckpointTaken(checkpoint));
  }

  private EffectResult pending(
      Checkpoint checkpoint, byte[] bytes, String reason, OrchestrationContext context) {
    boolean kept = dependencies.objects().keep(checkpoint.object(), bytes);
    String detail =
        "the checkpoint's object is pending, "
            + (kept ? "kept here until it can be stored: " : "and kept nowhere: ")
            + reason;
    var recorder = context.recorder();
    recorder.tell(
        Phase.CHECKPOINT, "Storing the checkpoint", new LogEntryContent(detail, Status.WARNING));
    recorder.summarise(detail, Status.WARNING);
    return new EffectResult.NextEvent(new ChangeEvent.CheckpointTaken(checkpoint));
  }
}
