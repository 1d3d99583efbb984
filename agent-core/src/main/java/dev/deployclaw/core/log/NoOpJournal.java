package dev.deployclaw.core.log;

import java.time.Duration;
import java.util.List;

/** A journal for what has no execution: a plan that nobody carries out. */
public final class NoOpJournal implements Journal {
  @Override
  public void append(String execution, RecordSealer.SealedRecord sealed) {}

  @Override
  public List<byte[]> read(String execution) {
    return List.of();
  }

  @Override
  public List<String> executions() {
    return List.of();
  }

  @Override
  public void supersede(String execution, long after) {}

  @Override
  public List<SupersededRecords> superseded() {
    return List.of();
  }

  @Override
  public List<byte[]> read(SupersededRecords moved) {
    return List.of();
  }

  @Override
  public Shipping flush(Duration atMost) {
    return new Shipping(0, 0, "");
  }

  @Override
  public void close() {}
}
