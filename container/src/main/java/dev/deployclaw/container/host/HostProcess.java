package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.core.grant.GrantKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One start of an executor host. For any thread. */
public final class HostProcess {
  /** Before what the programs say that confine it. */
  private static final String GAP = "confinement: ";

  private static final int MOST_LINES = 20;
  private static final int LONGEST_LINE = 2_000;
  private static final Duration END = Duration.ofSeconds(5);

  /** Of a process that SIGSYS ended: 128 and the signal's number. */
  private static final int KILLED_BY_FILTER = 128 + 31;

  private final Process process;
  private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final Map<String, String> gaps = new ConcurrentHashMap<>(); // one for each layer at most
  private final Thread errors;

  private HostProcess(Process process, Consumer<String> log) {
    this.process = process;
    this.errors =
        reading(
            "executor-host-log",
            process.getErrorStream(),
            line -> {
              keep(line);
              if (line.startsWith(GAP)) {
                String said = line.substring(GAP.length(), Math.min(line.length(), LONGEST_LINE));
                IsolationLayer.gaps(Stream.of(said)).forEach(gaps::putIfAbsent);
              }
              log.accept(line);
            });
    var out = process.getInputStream();
    var _ =
        reading(
            "executor-host-out",
            out,
            line -> {
              if (line.equals("ready")) {
                ready.complete(true);
              }
            });
    var _ = process.onExit().thenRun(() -> ready.complete(false));
  }

  /**
   * Starts it and hands it the key. Its standard input stays open: it ends with this process.
   *
   * @param log takes each line of its standard error
   */
  public static HostProcess start(
      List<String> argv, Map<String, String> environment, GrantKey key, Consumer<String> log)
      throws IOException {
    var builder = new ProcessBuilder(argv);
    builder.environment().clear();
    builder.environment().putAll(environment);
    var started = new HostProcess(builder.start(), log);
    try {
      var in = started.process.getOutputStream();
      in.write((key.hex() + "\n").getBytes(StandardCharsets.US_ASCII));
      in.flush();
    } catch (IOException e) {
      started.keep("it took no key: " + e.getMessage());
    }
    return started;
  }

  public long pid() {
    return process.pid();
  }

  /** Whether it gets ready in time; not when it ends before. */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    try {
      return ready.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for its end, and returns its exit code. */
  public int awaitEnd() throws InterruptedException {
    int exit = process.waitFor();
    errors.join(END);
    return exit;
  }

  /** Whether its end was a system call that its filter forbids. Only after that end. */
  boolean madeForbiddenCall() {
    return process.exitValue() == KILLED_BY_FILTER;
  }

  /** Whether it ends in time. */
  public boolean awaitEnd(Duration atMost) throws InterruptedException {
    return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets it end by itself, and kills it where it doesn't: whether it did. */
  public boolean end() throws InterruptedException {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      keep("its input was closed: " + e.getMessage());
    }
    boolean ended = process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      kill();
    }
    return ended;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Doesn't wait for its end. */
  void destroy() {
    process.destroyForcibly();
  }

  public void kill() throws InterruptedException {
    destroy();
    var _ = process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What its start left open: the reason by layer. */
  Map<String, String> gaps() {
    return Map.copyOf(gaps);
  }

  /** What it said last on standard error. */
  public synchronized String lastLines() {
    return String.join("\n", lastLines);
  }

  private synchronized void keep(String line) {
    lastLines.addLast(line.substring(0, Math.min(line.length(), LONGEST_LINE)));
    if (lastLines.size() > MOST_LINES) {
      lastLines.removeFirst();
    }
  }

  private static Thread reading(String name, InputStream from, Consumer<String> line) {
    return Thread.ofPlatform() // a blocking read would keep a carrier of virtual threads
        .daemon()
        .name(name)
        .start(() -> {
          try (var in = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            in.lines().forEach(line);
          } catch (IOException | UncheckedIOException e) {
            line.accept("its output was cut off: " + e.getMessage());
          }
        });
  }
}
