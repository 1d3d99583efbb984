package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.fake.FakeBucketCopy;
import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.core.spi.ObjectStore;
import java.time.Duration;
import java.util.List;

/**
 * The synced file of one machine, as one process reaches it. A record whose write was torn is left
 * out by every reader, so it is one that was never written.
 */
record SimJournal(FakeJournal journal, ObjectStore objects, SimLink line) implements Journal {
  @Override
  public void append(String execution, SealedRecord sealed) {
    line.write("journal.append", () -> journal.append(execution, sealed));
  }

  @Override
  public List<byte[]> read(String execution) {
    return journal.left(execution).map(bucket()::left).orElseGet(() -> journal.read(execution));
  }

  @Override
  public FakeBucketCopy bucket() {
    return new FakeBucketCopy(journal, objects, line::write);
  }

  @Override
  public List<String> known() {
    return journal.known();
  }

  @Override
  public List<String> executions() {
    return journal.executions();
  }

  @Override
  public void supersede(String execution, long after) {
    line.write("journal.supersede", () -> journal.supersede(execution, after));
  }

  @Override
  public List<SupersededRecords> superseded() {
    return journal.superseded();
  }

  @Override
  public List<byte[]> read(SupersededRecords moved) {
    return journal.read(moved);
  }

  @Override
  public Shipping flush(Duration atMost) throws InterruptedException {
    return journal.flush(atMost);
  }

  @Override
  public void close() {}
}
