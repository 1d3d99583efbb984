package dev.deployclaw.container.serve;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder.Sealed;
import java.time.Duration;
import java.util.List;

/** A journal that tells the feed of each record once it is on disk. */
record ToldJournal(Journal journal, ThoughtFeed feed) implements Journal {
  @Override
  public void append(String execution, Sealed sealed) {
    journal.append(execution, sealed);
    feed.appended(execution, sealed);
  }

  @Override
  public List<byte[]> read(String execution) {
    return journal.read(execution);
  }

  @Override
  public List<String> executions() {
    return journal.executions();
  }

  @Override
  public Shipping flush(Duration atMost) throws InterruptedException {
    return journal.flush(atMost);
  }

  @Override
  public void close() {
    journal.close();
  }
}
