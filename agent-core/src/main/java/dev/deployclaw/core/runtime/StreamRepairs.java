package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.StreamCopy.Repaired;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.json.Canonical;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Accounts for what the stream lost and was given again: each loss by a log of its own, as the logs
 * that it is about have their end and are signed. The state store learns of it in the transaction
 * that ends that log, so that each is accounted for once, whoever dies where.
 */
final class StreamRepairs {
  /** The most that one start accounts for; the next one goes on. */
  private static final int MOST = 64;

  private final Journal journal;
  private final StateStore state;
  private final Ledger ledger;
  private final Stories stories;
  private final Epilogue epilogue;

  StreamRepairs(Ports ports, Ledger ledger, Stories stories, Epilogue epilogue) {
    this.journal = ports.journal();
    this.state = ports.state();
    this.ledger = ledger;
    this.stories = stories;
    this.epilogue = epilogue;
  }

  /** The logs that account for them. */
  List<Ended> account(Leadership leadership) throws InterruptedException {
    List<Ended> told = new ArrayList<>();
    for (var repaired : open()) {
      account(repaired, leadership).ifPresent(told::add);
    }
    return told;
  }

  private List<Repaired> open() throws InterruptedException {
    var all = journal.stream().repaired();
    if (all.isEmpty()) {
      return List.of();
    }
    var known = new HashSet<>(state.keys(Keys.REPAIRED));
    return all.stream().filter(r -> !known.contains(Keys.repaired(r.name()))).limit(MOST).toList();
  }

  private Optional<Ended> account(Repaired repaired, Leadership leadership)
      throws InterruptedException {
    var story = stories.begin(Operation.SCAN, true);
    var ending = new Ending(Result.COMPLETED, ExitCode.OK, sentence(repaired));
    story.tell(
        Phase.FINISH,
        "Comparing the stream with the logs",
        new Telling(repaired.cause(), Status.WARNING, Map.of()));
    var facts = epilogue.facts(story, ending, List.of());
    facts.put("repair", repaired.facts());
    String key = Keys.repaired(repaired.name());
    var once =
        new Transaction(
            List.of(new Condition.Absent(key)),
            List.of(new Write.Put(key, Canonical.bytes(Map.of("by", story.execution())))));
    var permit = ledger.permit(story.ending(ending, facts), once, leadership, story);
    if (permit instanceof Ledger.Permit.Given) {
      return Optional.of(Ended.of(story.execution(), ending));
    }
    story.fallSilent();
    return Optional.empty();
  }

  private static String sentence(Repaired repaired) {
    return "REPAIR: the stream had lost %d records that it had acknowledged (%s); they were shipped again"
        .formatted(repaired.records(), repaired.cause());
  }
}
