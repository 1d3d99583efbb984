package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Kills the agent at named calls of one command, has a second process recover, and has the checker
 * say what came of it. Every kill begins at a whole estate.
 */
final class Campaign {
  /** As short as etcd's clock lets a lead be safe: the next process has to wait for its end. */
  private static final Map<String, String> SHORT_LEASE = Map.of("DEPLOYCLAW_BOUNDS_LEASE", "3s");

  private static final Duration REACH = Duration.ofMinutes(3);
  private static final long DIE_SECONDS = 30;

  /** A run whose lead ran out on a slow machine never gets to its point. */
  private static final int MOST_TRIES = 3;

  private final Estate estate;
  private final Path folder;
  private final Supplier<List<String>> command;
  private final List<Kill> kills = new ArrayList<>();

  /**
   * @param command gives a command that changes something whenever it is asked for
   */
  Campaign(Estate estate, Path folder, Supplier<List<String>> command) {
    this.estate = estate;
    this.folder = folder;
    this.command = command;
  }

  /** Where to kill: before the call begins, or after its effect and before it is told. */
  record Point(String when, String call) {
    @Override
    public String toString() {
      return when + " " + call;
    }
  }

  /**
   * @param moved whether {@code active} had moved at the kill
   */
  private record Kill(Point point, boolean moved, Duration recovery) {}

  /** What came of it all. */
  record Tally(int kills, long allNew, long allOld, Duration longest) {
    @Override
    public String toString() {
      return "%d kills: %d all new, %d all old, longest recovery %.1f s"
          .formatted(kills, allNew, allOld, longest.toMillis() / 1000.0);
    }
  }

  /**
   * Runs the command to its end, and returns all its calls in their order. Twice, since the first
   * change of a fresh estate finds no old epoch to collect, and makes fewer calls than all others.
   */
  List<String> calls() {
    assertThat(estate.agent(SHORT_LEASE).run(words()).exit()).isZero();
    var dir = stopFolder("dry");
    var ran = estate.agent(stops(dir, "")).run(words());
    assertThat(ran.exit()).as(ran.err()).isZero();
    estate.checker().assertWhole();
    return lines(dir.resolve("calls"));
  }

  Tally kill(List<Point> points) {
    points.forEach(this::kill);
    long moved = kills.stream().filter(Kill::moved).count();
    var longest = kills.stream().map(Kill::recovery).max(Duration::compareTo).orElseThrow();
    return new Tally(kills.size(), moved, kills.size() - moved, longest);
  }

  /** How it ended, by the name of the call: {@code redis.publish: 4 new, 0 old}. */
  Map<String, String> histogram() {
    var byName =
        kills.stream()
            .collect(
                Collectors.groupingBy(
                    k -> k.point().call().replaceFirst("#.*", ""),
                    TreeMap::new,
                    Collectors.partitioningBy(Kill::moved, Collectors.counting())));
    var out = new TreeMap<String, String>();
    byName.forEach(
        (name, n) -> out.put(name, "%d new, %d old".formatted(n.get(true), n.get(false))));
    return out;
  }

  private void kill(Point point) {
    String before = estate.checker().digest();
    killAt(point);
    long from = System.nanoTime();
    String atKill = estate.checker().digest();

    var recovered = estate.agent(SHORT_LEASE).run("recover", "--json");
    var took = Duration.ofNanos(System.nanoTime() - from);

    assertThat(recovered.exit()).as(point + ": " + recovered.out() + recovered.err()).isZero();
    assertThat(estate.checker().digest()).as("committed after the kill " + point).isEqualTo(atKill);
    try {
      estate.checker().assertWhole();
    } catch (AssertionError e) {
      throw new AssertionError(point + ": " + e.getMessage() + "\n" + recovered.out(), e);
    }
    kills.add(new Kill(point, !atKill.equals(before), took));
  }

  void killAt(Point point) {
    for (int attempt = 1; attempt <= MOST_TRIES; attempt++) {
      if (reachedAndKilled(point)) {
        return;
      }
      estate.run("recover");
    }
    throw new AssertionError("the agent never came to " + point);
  }

  /** False when the agent ended before it came there. */
  private boolean reachedAndKilled(Point point) {
    var dir = stopFolder("kill");
    var err = dir.resolve("err");
    try {
      var process =
          estate.agent(stops(dir, point.toString())).start(dir.resolve("out"), err, words());
      try {
        var reached = dir.resolve("reached");
        Await.until(
            "the agent is at " + point,
            REACH,
            () -> !process.isAlive() || lines(reached).contains(point.toString()));
        return lines(reached).contains(point.toString());
      } finally {
        process.destroyForcibly();
        assertThat(process.waitFor(DIE_SECONDS, TimeUnit.SECONDS)).isTrue();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String[] words() {
    return command.get().toArray(String[]::new);
  }

  private static Map<String, String> stops(Path dir, String at) {
    var out = new TreeMap<>(SHORT_LEASE);
    out.put("DEPLOYCLAW_STOP_DIR", dir.toString());
    if (!at.isEmpty()) {
      out.put("DEPLOYCLAW_STOP_AT", at);
    }
    return out;
  }

  private Path stopFolder(String name) {
    try {
      return Files.createTempDirectory(folder, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
