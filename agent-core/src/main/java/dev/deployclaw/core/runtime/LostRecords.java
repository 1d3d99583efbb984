package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Superseded;
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
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Accounts for records of this machine that were lost to its logs, since another machine went on
 * without them: each lot by a log of its own, as theirs has its end. The state store learns of it
 * in the transaction that ends that log, so that each is accounted for once.
 */
final class LostRecords {
  /** The most that one start accounts for; the next one goes on. */
  private static final int MOST = 64;

  /** The most hashes that a record lists; the file's own hash is over all of them. */
  private static final int MOST_HASHES = 1_000;

  private final Journal journal;
  private final StateStore state;
  private final Ledger ledger;
  private final Stories stories;
  private final Epilogue epilogue;

  LostRecords(Ports ports, Ledger ledger, Stories stories, Epilogue epilogue) {
    this.journal = ports.journal();
    this.state = ports.state();
    this.ledger = ledger;
    this.stories = stories;
    this.epilogue = epilogue;
  }

  /** The logs that account for them. */
  List<Ended> account(Leadership leadership) throws InterruptedException {
    List<Ended> told = new ArrayList<>();
    for (var lost : open()) {
      account(lost, leadership).ifPresent(told::add);
    }
    return told;
  }

  private List<Superseded> open() throws InterruptedException {
    var all = journal.superseded();
    if (all.isEmpty()) {
      return List.of();
    }
    var known = new HashSet<>(state.keys(Keys.SUPERSEDED));
    return all.stream().filter(lost -> !known.contains(key(lost))).limit(MOST).toList();
  }

  private Optional<Ended> account(Superseded lost, Leadership leadership)
      throws InterruptedException {
    var records = journal.read(lost);
    var story = stories.begin(Operation.SCAN, true);
    var ending = new Ending(Result.COMPLETED, ExitCode.OK, sentence(lost, records.size()));
    story.tell(
        Phase.FINISH,
        "Comparing a log with the state store",
        new Telling(
            "another machine went on with " + lost.execution() + " from record " + before(lost),
            Status.WARNING,
            Map.of()));
    var facts = epilogue.facts(story, ending, List.of());
    facts.put("superseded", facts(lost, records));
    var once =
        new Transaction(
            List.of(new Condition.Absent(key(lost))),
            List.of(new Write.Put(key(lost), Canonical.bytes(Map.of("by", story.execution())))));
    var permit = ledger.permit(story.ending(ending, facts), once, leadership, story);
    if (permit instanceof Ledger.Permit.Given) {
      return Optional.of(Ended.of(story.execution(), ending));
    }
    story.fallSilent();
    return Optional.empty();
  }

  private static String key(Superseded lost) {
    return Keys.superseded(lost.execution(), lost.from());
  }

  private static long before(Superseded lost) {
    return lost.from() - 1;
  }

  private static String sentence(Superseded lost, int count) {
    return "LOST: %d records of %s, from %d to %d: another machine went on with it from record %d; they are kept in %s, and count for nothing"
        .formatted(
            count, lost.execution(), lost.from(), before(lost) + count, before(lost), lost.file());
  }

  private static Map<String, Object> facts(Superseded lost, List<byte[]> records) {
    var hashes = records.stream().map(r -> ThoughtLog.head(r).hash()).limit(MOST_HASHES).toList();
    return Map.of(
        "execution", lost.execution(),
        "from", lost.from(),
        "to", before(lost) + records.size(),
        "file", lost.file(),
        "sha256", Canonical.sha256(lines(records)),
        "hashes", hashes);
  }

  /** The bytes of the file. */
  private static byte[] lines(List<byte[]> records) {
    var out = new ByteArrayOutputStream();
    for (byte[] one : records) {
      out.writeBytes(one);
      out.write('\n');
    }
    return out.toByteArray();
  }
}
