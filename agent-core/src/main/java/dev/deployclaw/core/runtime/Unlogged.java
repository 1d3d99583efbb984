package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder;
import dev.deployclaw.core.log.Superseded;
import java.time.Duration;
import java.util.List;

/** A journal for what has no execution: a plan that nobody carries out. */
final class Unlogged implements Journal {
  @Override
  public void append(String execution, Recorder.Sealed sealed) {}

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
  public List<Superseded> superseded() {
    return List.of();
  }

  @Override
  public List<byte[]> read(Superseded moved) {
    return List.of();
  }

  @Override
  public Shipping flush(Duration atMost) {
    return new Shipping(0, 0, "");
  }

  @Override
  public void close() {}
}
