package dev.deployclaw.executors.redis;

import java.util.List;

/**
 * A command for each of many items on one connection, encoded and read in bulk. They go out in
 * windows; one is written before the answers to the one before are read, so that Redis always has
 * work while at most two windows wait on either side. Any failure leaves the connection unusable.
 */
final class Pipeline<T> {
  private final NodeConnection connection;
  private final int window;
  private final Exchange<T> exchange;
  private final RespWriter commands = new RespWriter();

  private Pipeline(NodeConnection connection, int window, Exchange<T> exchange) {
    this.connection = connection;
    this.window = window;
    this.exchange = exchange;
  }

  /** What is said to Redis about each item, and what becomes of its answer. */
  interface Exchange<T> {
    void ask(T item, RespWriter commands);

    /** Takes the whole answer, no more. */
    void answer(T item, RespReader answers);
  }

  /**
   * Errors are those that the client throws.
   *
   * @param window how many items are sent in one write
   */
  static <T> void run(NodeConnection connection, List<T> items, int window, Exchange<T> exchange) {
    new Pipeline<>(connection, window, exchange).run(items);
  }

  private void run(List<T> items) {
    var answers = connection.answers();
    List<T> waiting = List.of();
    for (int from = 0; from < items.size(); from += window) {
      List<T> next = items.subList(from, Math.min(items.size(), from + window));
      send(next);
      receive(waiting, answers);
      waiting = next;
    }
    receive(waiting, answers);
  }

  private void send(List<T> items) {
    commands.clear();
    for (T item : items) {
      exchange.ask(item, commands);
    }
    connection.send(commands.bytes(), commands.length());
  }

  private void receive(List<T> items, RespReader answers) {
    for (T item : items) {
      exchange.answer(item, answers);
    }
  }
}
