package dev.deployclaw.bench;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.lab.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An agent that is killed at its publish (SIGKILL): committed is the new epoch, and Redis decides
 * by the old one. How long does it take until everybody acts on what was committed? What recovers
 * is started at once, as a process of its own, and waits until the dead one's lease has run out.
 * Its floor is the same command where nothing is to be done.
 */
final class Recoveries {
  private static final String WHERE = "before redis.publish#1";
  private static final List<String> CHANGES =
      List.of(
          "set umbrella's search limit to 600 per minute, burst 90",
          "set umbrella's search limit to 300 per minute, burst 50");
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Lab lab;
  private final Acting acting;
  private final Path folder;
  private final Duration lease;
  private int started;

  Recoveries(Lab lab, Config config, Path folder, Duration lease) {
    this.lab = lab;
    this.acting = new Acting(lab, config);
    this.folder = folder;
    this.lease = lease;
  }

  /**
   * Nanoseconds, the shortest first.
   *
   * @param allNew from SIGKILL until every primary, replica, service and gateway acts on the epoch
   * @param ended from SIGKILL until what recovered has ended
   * @param idle of the same command where nothing is to be done
   */
  record Recovered(Duration lease, Samples allNew, Samples ended, Samples idle) {
    Map<String, Object> json() {
      return Map.of(
          "kills", allNew.sortedNanos().size(),
          "lease_s", lease.toSeconds(),
          "all_new_us", ranks(allNew),
          "recovered_us", ranks(ended),
          "idle_us", ranks(idle));
    }

    private static Map<String, Object> ranks(Samples samples) {
      return Map.of(
          "p50", samples.rank(50) / 1_000,
          "p99", samples.rank(99) / 1_000,
          "max", samples.worst() / 1_000);
    }
  }

  Recovered run(int kills, int idleRuns) throws IOException, InterruptedException {
    must(agent(Map.of(), "run", "Orchestrate the rate limit policies of all tenants"));
    List<Long> idle = new ArrayList<>();
    for (int i = 0; i < idleRuns; i++) {
      long begin = System.nanoTime();
      must(agent(Map.of(), "recover"));
      idle.add(System.nanoTime() - begin);
    }
    List<Long> allNew = new ArrayList<>();
    List<Long> ended = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      long killed = killed(i);
      var recovers = agent(Map.of(), "recover");
      acting.awaitAllOn(acting.committed());
      allNew.add(System.nanoTime() - killed);
      must(recovers);
      ended.add(System.nanoTime() - killed);
    }
    return new Recovered(lease, new Samples(allNew), new Samples(ended), new Samples(idle));
  }

  /** Kills one at its publish, and tells when. */
  private long killed(int i) throws IOException, InterruptedException {
    var stop = Files.createDirectories(folder.resolve("stop-" + i));
    var environment = Map.of("DEPLOYCLAW_STOP_DIR", stop.toString(), "DEPLOYCLAW_STOP_AT", WHERE);
    var agent = agent(environment, "run", CHANGES.get(i % CHANGES.size()));
    acting.await(() -> Files.exists(stop.resolve("reached")) || !agent.isAlive());
    if (!agent.isAlive()) {
      throw new IllegalStateException("an agent ended before its publish: " + agent.exitValue());
    }
    long now = System.nanoTime();
    agent.destroyForcibly();
    return now;
  }

  private Process agent(Map<String, String> more, String... words) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.deployclaw.container.Main"));
    command.addAll(List.of(words));
    var log = folder.resolve("agent-%03d.log".formatted(started++)).toFile();
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
    builder.environment().put("DEPLOYCLAW_CONFIG", lab.config().toString());
    builder.environment().put("DEPLOYCLAW_BOUNDS_LEASE", lease.toSeconds() + "s");
    builder.environment().putAll(more);
    return builder.start();
  }

  private static void must(Process agent) throws InterruptedException {
    boolean ended = agent.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS);
    if (!ended || agent.exitValue() != 0) {
      agent.destroyForcibly();
      throw new IllegalStateException(
          "an agent " + (ended ? "ended with " + agent.exitValue() : "did not end"));
    }
  }
}
