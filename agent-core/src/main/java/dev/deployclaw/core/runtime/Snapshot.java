package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes a checkpoint of what stands, and changes nothing: what every member holds and the committed
 * policy set go to the object store under their hash and are read back. A snapshot that lacks a
 * member, or waits to be stored, isn't called done.
 */
final class Snapshot {
  /** How its log calls it. */
  static final String ACTION = "Taking a snapshot";

  private final Orchestrator orchestrator;
  private final Epilogue epilogue;
  private final Ports ports;
  private final Crew crew;

  Snapshot(Orchestrator orchestrator, Epilogue epilogue, Ports ports, Settings settings) {
    this.orchestrator = orchestrator;
    this.epilogue = epilogue;
    this.ports = ports;
    this.crew = new Crew(ports.executors(), settings);
  }

  Ended run(Leadership leadership, Story story) throws InterruptedException {
    return epilogue.end(story, ending(story), Optional.of(leadership), List.of());
  }

  private Ending ending(Story story) throws InterruptedException {
    try {
      var base = orchestrator.ledger().base();
      var committed = orchestrator.archive().committed(base);
      return committed.isEmpty()
          ? Ending.unreachable(
              "the committed policy set of epoch " + base.epoch() + " can't be read")
          : take(base, committed.get(), story);
    } catch (Unreachable e) {
      return Ending.unreachable("the state store can't be reached: " + e.getMessage());
    }
  }

  private Ending take(Base base, PolicySet committed, Story story) throws InterruptedException {
    long from = ports.time().micros();
    var observed = crew.observe(story.looks());
    Optional<PolicySet> set = base.epoch() == 0 ? Optional.empty() : Optional.of(committed);
    byte[] bytes = CheckpointFile.of(story.execution(), base, observed, set).bytes();
    var unseen =
        observed.all().stream().filter(Report::unseen).map(Report::member).sorted().toList();
    var kept = KeptObject.keep(ports.objects(), bytes).without(unseen);
    var facts = new TreeMap<String, Object>(kept.facts());
    facts.put("epoch", base.epoch());
    facts.put("digest", base.digest());
    facts.put("fingerprint", CheckpointFile.fingerprint(observed));
    facts.put("members", observed.all().size());
    facts.put("bytes", (long) bytes.length);
    story.tellTimed(
        Phase.CHECKPOINT, ACTION, new Telling(kept.sentence(), kept.status(), facts), from);
    story.summarise(kept.sentence(), kept.status());
    story.took(Phase.CHECKPOINT, from);
    return ending(kept);
  }

  private static Ending ending(KeptObject kept) {
    if (!kept.kept()) {
      return Ending.unreachable("no snapshot was taken, since " + kept.sentence());
    }
    return kept.status() == Status.OK
        ? new Ending(Result.COMPLETED, ExitCode.OK, kept.sentence())
        : new Ending(
            Result.FAILED, ExitCode.FAILED, "the snapshot isn't whole: " + kept.sentence());
  }
}
