package dev.deployclaw.container.serve;

import dev.deployclaw.core.log.Claims;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.Superseded;
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
  public Claims claims() {
    return journal.claims();
  }

  @Override
  public StreamCopy stream() {
    return journal.stream();
  }

  @Override
  public List<String> executions() {
    return journal.executions();
  }

  @Override
  public void supersede(String execution, long after) {
    journal.supersede(execution, after);
    feed.superseded(execution);
  }

  @Override
  public List<Superseded> superseded() {
    return journal.superseded();
  }

  @Override
  public List<byte[]> read(Superseded moved) {
    return journal.read(moved);
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
