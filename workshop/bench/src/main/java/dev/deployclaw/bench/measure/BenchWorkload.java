package dev.deployclaw.bench.measure;

/** Something that is done many times in one turn. */
public interface BenchWorkload {
  String title();

  /** One turn, whole; throws where an answer is anything but what was expected. */
  WorkloadMeasurement turn() throws InterruptedException;
}
