package dev.deployclaw.bench;

import java.util.concurrent.ExecutorService;

/**
 * Commands that were encoded beforehand, sent in one pipeline over one connection: what the server
 * does for each is nearly all that it costs.
 *
 * @param calls how many the commands count for
 */
record Pipelined(String title, Batch batch, long calls, Line line) implements Work {

  /** The connection, and what measures. */
  record Line(RawPipe pipe, Meter meter, ExecutorService threads) {}

  @Override
  public Turn turn() throws InterruptedException {
    return line.meter().around(calls, () -> line.pipe().exchange(batch, line.threads()));
  }
}
