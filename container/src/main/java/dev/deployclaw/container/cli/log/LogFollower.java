package dev.deployclaw.container.cli.log;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.view.ExecutionTimeline;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Shows an execution's records as they come, from any writer, until its end. One that dies without
 * an end is followed until somebody ends this program, as with {@code tail -f}.
 */
record LogFollower(FileJournal journal) {
  /** A look at the file's length. */
  private static final Duration PERIOD = Duration.ofMillis(200);

  private static final int MOST_AT_ONCE = 1_000;

  /** Where records are shown. */
  interface RecordView {
    void record(byte[] bytes);

    /** The records after this one are replaced by those that follow. */
    void superseded(LogHead last);

    /**
     * Shows what has come, and waits for a while.
     *
     * @param ended whether nothing follows
     * @return whether it goes on
     */
    boolean next(boolean ended) throws InterruptedException;
  }

  void follow(String execution, RecordView view) throws InterruptedException {
    if (journal.hasLeft(execution)) {
      journal.read(execution).forEach(view::record);
      while (view.next(true)) {}
      return;
    }
    var tail = journal.tail(execution);
    boolean ended = false;
    boolean goesOn = true;
    while (goesOn) {
      boolean more = false;
      if (!ended) {
        var look = tail.next(MOST_AT_ONCE);
        look.superseded().ifPresent(view::superseded);
        look.records().forEach(record -> view.record(record.bytes()));
        more = look.more();
        ended = !more && tail.atEnd();
      }
      goesOn = more || view.next(ended);
    }
  }

  static ExecutionTimeline.Live timeline() {
    return new ExecutionTimeline.Live(
        new ExecutionTimeline.Filter(true, Optional.empty(), Optional.empty()));
  }

  static String superseded(LogHead last) {
    return ("-- superseded: another machine continued this log from record %d; the lines "
            + "below replace the later ones above")
        .formatted(last.seq());
  }

  /** A view that goes on after a pause until the log ends. */
  sealed interface LineView extends RecordView {
    PrintStream out();

    @Override
    default boolean next(boolean ended) throws InterruptedException {
      out().flush();
      if (!ended) {
        Thread.sleep(PERIOD);
      }
      return !ended;
    }
  }

  /** The records themselves, one a line; they say by their numbers what is superseded. */
  record JsonLines(PrintStream out) implements LineView {
    @Override
    public void record(byte[] bytes) {
      out.println(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void superseded(LogHead last) {}
  }

  /** Lines for people, as wide as their terminal. */
  record TextLines(PrintStream out, Consumer<String> say, ExecutionTimeline.Live told)
      implements LineView {
    @Override
    public void record(byte[] bytes) {
      told.next(bytes).forEach(say);
    }

    @Override
    public void superseded(LogHead last) {
      say.accept(LogFollower.superseded(last));
    }
  }
}
