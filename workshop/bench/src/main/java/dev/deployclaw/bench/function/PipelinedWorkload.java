package dev.deployclaw.bench.function;

import dev.deployclaw.bench.measure.BenchWorkload;
import dev.deployclaw.bench.measure.TurnMeter;
import dev.deployclaw.bench.measure.WorkloadMeasurement;

/**
 * Commands that were encoded beforehand, sent in one pipeline over one connection: what the server
 * does for each is nearly all that it costs.
 *
 * @param calls how many the commands count for
 */
record PipelinedWorkload(String title, RespBatch batch, long calls, Line line)
    implements BenchWorkload {

  /** The connection, and what measures. */
  record Line(RawSocketPipe pipe, TurnMeter meter) {}

  @Override
  public WorkloadMeasurement turn() throws InterruptedException {
    return line.meter().around(calls, () -> line.pipe().exchange(batch));
  }
}
