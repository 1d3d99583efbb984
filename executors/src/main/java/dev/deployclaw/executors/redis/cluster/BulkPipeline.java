package dev.deployclaw.executors.redis.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Commands on one connection, encoded and read in bulk. They go out in windows; one is written
 * before the answers to the one before are read, so that Redis always has work while at most two
 * windows wait on either side. A write waits only for what Redis has yet to read, and Redis reads
 * whether or not its answers are taken. Any failure leaves the connection unusable.
 *
 * @param <W> a window: what is sent in one write
 */
public final class BulkPipeline<W> {
  private final NodeConnection connection;
  private final Exchange<W> exchange;
  private final RespWriter commands = new RespWriter();

  private BulkPipeline(NodeConnection connection, Exchange<W> exchange) {
    this.connection = connection;
    this.exchange = exchange;
  }

  /** What is said to Redis in a window, and what becomes of its answers. */
  public interface Exchange<W> {
    void ask(W window, RespWriter commands);

    /** Takes all answers to the window, no more. */
    void answer(W window, RespReader answers);
  }

  /** Errors are those that the client throws. */
  public static <W> void run(NodeConnection connection, Iterable<W> windows, Exchange<W> exchange) {
    new BulkPipeline<>(connection, exchange).run(windows);
  }

  private void run(Iterable<W> windows) {
    var answers = connection.answers();
    @Nullable W unanswered = null;
    for (W window : windows) {
      send(window);
      if (unanswered != null) {
        exchange.answer(unanswered, answers);
      }
      unanswered = window;
    }
    if (unanswered != null) {
      exchange.answer(unanswered, answers);
    }
  }

  private void send(W window) {
    commands.clear();
    exchange.ask(window, commands);
    connection.send(commands.bytes(), commands.length());
  }
}
