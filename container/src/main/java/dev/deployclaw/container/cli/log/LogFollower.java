package dev.deployclaw.container.cli.log;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.view.ExecutionTimeline;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Prints an execution's records as they come, from any writer, until its end. One that dies without
 * an end is followed until somebody ends this program, as with {@code tail -f}.
 */
final class LogFollower {
  /** A look at the file's length. */
  private static final Duration PERIOD = Duration.ofMillis(200);

  private static final int MOST_AT_ONCE = 1_000;

  private final FileJournal journal;
  private final PrintStream out;
  private final boolean json;
  private final ExecutionTimeline.Live told =
      new ExecutionTimeline.Live(
          new ExecutionTimeline.Filter(true, Optional.empty(), Optional.empty()));

  /**
   * @param json whether the records themselves are printed, one a line
   */
  LogFollower(FileJournal journal, PrintStream out, boolean json) {
    this.journal = journal;
    this.out = out;
    this.json = json;
  }

  void follow(String execution) throws InterruptedException {
    if (journal.hasLeft(execution)) {
      journal.read(execution).forEach(this::print);
      return;
    }
    var tail = journal.tail(execution);
    boolean ended = false;
    while (!ended) {
      var look = tail.next(MOST_AT_ONCE);
      look.superseded().ifPresent(this::printSuperseded);
      look.records().forEach(record -> print(record.bytes()));
      out.flush();
      ended = !look.more() && tail.atEnd();
      if (!ended && !look.more()) {
        Thread.sleep(PERIOD);
      }
    }
  }

  /** The records say it themselves, by their numbers. */
  private void printSuperseded(LogHead last) {
    if (!json) {
      out.printf(
          "-- superseded: another machine continued this log from record %d; the lines "
              + "below replace the later ones above%n",
          last.seq());
    }
  }

  private void print(byte[] bytes) {
    if (json) {
      out.println(new String(bytes, StandardCharsets.UTF_8));
    } else {
      told.next(bytes).forEach(out::println);
    }
  }
}
