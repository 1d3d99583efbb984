package dev.deployclaw.container.nats;

import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages whose tasks this agent holds. Each is acknowledged when its task is settled; before
 * that, the server gives it to another agent if this one dies. For one thread.
 */
final class HeldTasks {
  private final AgentServer server;
  private final Duration between;
  private final Map<String, Held> messages = new LinkedHashMap<>();
  private long keptAt = System.nanoTime();

  /**
   * A message of a task.
   *
   * @param claim the hash of the key under which its task is reserved
   */
  private record Held(QueueMessage message, String claim) {}

  /**
   * @param between after how long the server is told that they still wait
   */
  HeldTasks(AgentServer server, Duration between) {
    this.server = server;
    this.between = between;
  }

  void add(String execution, QueueMessage message, String claim) {
    messages.put(execution, new Held(message, claim));
  }

  /**
   * Tells the server what became of them. Of a task that was left to another agent it hears
   * nothing: if that one dies, it gives the message again. One that was cut off here it gives at
   * once.
   */
  void settle(TaskStream stream) throws IOException, InterruptedException {
    boolean due = System.nanoTime() - keptAt >= between.toNanos();
    for (var held : List.copyOf(messages.entrySet())) {
      boolean waits = server.queue().isBusyWith(held.getKey()); // asked first: it may begin now
      if (isSettled(held.getKey(), held.getValue().claim())) {
        stream.acknowledge(held.getValue().message());
        messages.remove(held.getKey());
      } else if (!waits) {
        messages.remove(held.getKey());
        if (server.executions().hasLog(held.getKey())) {
          stream.again(held.getValue().message(), Duration.ZERO); // it was cut off here
        }
      } else if (due) {
        stream.keep(held.getValue().message());
      }
    }
    keptAt = due ? System.nanoTime() : keptAt;
  }

  private boolean isSettled(String execution, String claim) throws InterruptedException {
    try {
      return server.unfinished().isSettled(execution, claim);
    } catch (Unreachable e) {
      return false;
    }
  }

  /** Leaves those that haven't begun to other agents. */
  void giveBack(TaskStream stream) throws IOException {
    for (var held : messages.values()) {
      stream.again(held.message(), Duration.ZERO);
    }
    messages.clear();
  }
}
