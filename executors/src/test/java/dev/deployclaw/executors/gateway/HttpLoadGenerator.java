package dev.deployclaw.executors.gateway;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A steady load on an HTTP server: clients that each send a request when the one before is
 * answered, some over a connection that they keep, some over a fresh one each time. A request over
 * a fresh connection that isn't answered whole has failed. A kept connection may be closed by the
 * server between two requests (RFC 9112, section 9.3.1): who finds it closed before the first byte
 * of an answer sends the request again over a fresh one, and that is counted.
 */
final class HttpLoadGenerator implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int MOST_FAILURES = 100;

  private final HostPort server;
  private final Plan plan;
  private final Consumer<Answer> seen;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong kept = new AtomicLong();
  private final AtomicLong fresh = new AtomicLong();
  private final AtomicLong closed = new AtomicLong();
  private final Map<Integer, AtomicLong> statuses = new ConcurrentHashMap<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();

  private HttpLoadGenerator(HostPort server, Plan plan, Consumer<Answer> seen) {
    this.server = server;
    this.plan = plan;
    this.seen = seen;
  }

  /**
   * What is asked.
   *
   * @param host what requests say it is
   * @param paths in turn
   * @param keeping clients that keep their connection
   * @param opening clients that open one for each request
   */
  public record Plan(String host, List<String> paths, int keeping, int opening) {
    public Plan {
      paths = List.copyOf(paths);
    }
  }

  /** A whole answer. */
  public record Answer(int status, String body) {}

  /**
   * What came of it.
   *
   * @param kept answers over kept connections
   * @param fresh answers over fresh connections
   * @param closed kept connections that were found closed between two requests
   * @param statuses how many answers had which
   * @param failures the first of them, in words
   */
  public record LoadReport(
      long kept,
      long fresh,
      long closed,
      SortedMap<Integer, Long> statuses,
      List<String> failures) {}

  /**
   * @param seen is told every answer, by several threads
   */
  public static HttpLoadGenerator start(HostPort server, Plan plan, Consumer<Answer> seen) {
    var load = new HttpLoadGenerator(server, plan, seen);
    for (int i = 0; i < plan.keeping(); i++) {
      load.clients.add(Thread.ofPlatform().name("keeping " + i).start(load::keep));
    }
    for (int i = 0; i < plan.opening(); i++) {
      load.clients.add(Thread.ofPlatform().name("opening " + i).start(load::open));
    }
    return load;
  }

  /** Waits until so many more requests were answered over kept and over fresh connections each. */
  public void await(long more, Duration atMost) {
    long keeping = kept.get() + (plan.keeping() > 0 ? more : 0);
    long opening = fresh.get() + (plan.opening() > 0 ? more : 0);
    BoundedWait.until(
        "the load continues", atMost, () -> kept.get() >= keeping && fresh.get() >= opening);
  }

  /** Ends it, and tells. */
  public LoadReport stop() throws InterruptedException {
    close();
    for (var client : clients) {
      if (!client.join(LONGEST.multipliedBy(2))) {
        failures.add(client.getName() + " has no end");
      }
    }
    var by = new TreeMap<Integer, Long>();
    statuses.forEach((status, count) -> by.put(status, count.get()));
    return new LoadReport(kept.get(), fresh.get(), closed.get(), by, List.copyOf(failures));
  }

  @Override
  public void close() {
    over.set(true);
  }

  private void open() {
    for (int i = 0; !over.get(); i++) {
      try (var line = HttpClientConnection.to(server)) {
        answered(line.ask(request(i, "close")), fresh);
      } catch (IOException e) {
        failed("over a fresh connection: " + e);
      }
    }
  }

  /** Each round is one connection, from its first request to its end. */
  private void keep() {
    int next = 0;
    while (!over.get()) {
      int first = next;
      try (var line = HttpClientConnection.to(server)) {
        do {
          answered(line.ask(request(next, "keep-alive")), kept);
          next++;
        } while (!over.get() && !line.closes());
      } catch (HttpClientConnection.Unanswered e) {
        if (next == first) {
          failed("over a new connection: " + e);
        } else {
          closed.incrementAndGet();
        }
      } catch (IOException e) {
        failed("over a kept connection: " + e);
      }
    }
  }

  private String request(int number, String connection) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n"
        .formatted(plan.paths().get(number % plan.paths().size()), plan.host(), connection);
  }

  private void answered(Answer answer, AtomicLong count) {
    statuses.computeIfAbsent(answer.status(), _ -> new AtomicLong()).incrementAndGet();
    seen.accept(answer);
    count.incrementAndGet();
  }

  private void failed(String why) {
    if (failures.size() < MOST_FAILURES) {
      failures.add(why);
    }
  }
}
