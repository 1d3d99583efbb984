package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogClaims;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.core.spi.ObjectStore;
import java.time.Duration;
import java.util.List;

/** A journal as one process reaches it, with the bucket that its logs leave for. */
final class WiredJournal implements Journal {
  private final FakeJournal journal;
  private final AgentWire wire;
  private final FakeBucketCopy copy;

  WiredJournal(FakeJournal journal, AgentWire wire, ObjectStore bucket) {
    this.journal = journal;
    this.wire = wire;
    this.copy = new FakeBucketCopy(journal, bucket, this::write);
  }

  @Override
  public void append(String execution, SealedRecord sealed) {
    write("append", () -> journal.append(execution, sealed));
  }

  @Override
  public List<byte[]> read(String execution) {
    return journal.left(execution).map(copy::left).orElseGet(() -> journal.read(execution));
  }

  @Override
  public BucketCopy bucket() {
    return copy;
  }

  @Override
  public LogClaims claims() {
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
  public List<String> known() {
    return journal.known();
  }

  @Override
  public void supersede(String execution, long after) {
    write("supersede", () -> journal.supersede(execution, after));
  }

  @Override
  public List<SupersededRecords> superseded() {
    return journal.superseded();
  }

  @Override
  public List<byte[]> read(SupersededRecords lost) {
    return journal.read(lost);
  }

  @Override
  public Shipping flush(Duration atMost) {
    return journal.flush(atMost);
  }

  @Override
  public void close() {}

  private void write(String what, Runnable write) {
    try {
      wire.call(
          what,
          () -> {
            write.run();
            return true;
          });
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
