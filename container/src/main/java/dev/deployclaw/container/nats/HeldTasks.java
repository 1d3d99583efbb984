package dev.deployclaw.container.nats;

import dev.deployclaw.container.server.AgentServer;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages whose tasks wait in this agent's queue. Each is acknowledged when its task has a log,
 * which outlives the agent; before that, the server gives it to another agent if this one dies. For
 * one thread.
 */
final class HeldTasks {
  private final AgentServer server;
  private final Duration between;
  private final Map<String, QueueMessage> messages = new LinkedHashMap<>();
  private long keptAt = System.nanoTime();

  /**
   * @param between after how long the server is told that they still wait
   */
  HeldTasks(AgentServer server, Duration between) {
    this.server = server;
    this.between = between;
  }

  void add(String execution, QueueMessage message) {
    messages.put(execution, message);
  }

  /** Tells the server what became of them. */
  void settle(TaskStream stream) throws IOException, InterruptedException {
    boolean due = System.nanoTime() - keptAt >= between.toNanos();
    for (var held : List.copyOf(messages.entrySet())) {
      boolean waits = server.queue().isBusyWith(held.getKey()); // asked first: it may begin now
      if (server.hasLog(held.getKey())) {
        stream.acknowledge(held.getValue());
        messages.remove(held.getKey());
      } else if (!waits) {
        stream.again(held.getValue(), Duration.ZERO);
        messages.remove(held.getKey());
      } else if (due) {
        stream.keep(held.getValue());
      }
    }
    keptAt = due ? System.nanoTime() : keptAt;
  }

  /** Leaves those that haven't begun to other agents. */
  void giveBack(TaskStream stream) throws IOException {
    for (var message : messages.values()) {
      stream.again(message, Duration.ZERO);
    }
    messages.clear();
  }
}
