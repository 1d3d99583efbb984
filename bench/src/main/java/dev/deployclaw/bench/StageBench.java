package dev.deployclaw.bench;

import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.executors.redis.RedisSettings;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.testkit.HostPort;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long the stage and prepare phases take on a Redis Cluster of 3 + 3, against the same bytes
 * written by {@code redis-cli --pipe} and the same answers read by a bare socket.
 */
@Command(
    name = "stage",
    mixinStandardHelpOptions = true,
    description = "Redis stage and prepare against the least that they could cost.")
final class StageBench implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Option(
      names = "--tenants",
      split = ",",
      defaultValue = "1000,10000",
      description = "how many tenants, one or more numbers (default: ${DEFAULT-VALUE})")
  private List<Integer> tenants = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "21",
      description = "measured rounds of each number (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "rounds that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Mixin private final Reporting reporting = new Reporting();

  private final PrintWriter out;

  StageBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      List<Figures> figures = measure(scratch.path());
      if (reporting.json()) {
        out.println(Canonical.text(json(figures)));
      } else {
        out.println(Machine.now().text());
        figures.forEach(f -> Table.print(f, out));
      }
      out.flush();
    }
    return 0;
  }

  private List<Figures> measure(Path folder) throws InterruptedException {
    List<Figures> figures = new ArrayList<>();
    try (var cluster = BenchCluster.start(folder);
        var redis = new RedisExecutor(settings(cluster), () -> Mark.NOBODY)) {
      for (int number : tenants) {
        var rounds = new Rounds(cluster, redis, new RedisCliPipe(folder), SampleTenants.of(number));
        figures.add(rounds.run(warmUp, this.rounds));
      }
    }
    return figures;
  }

  static RedisSettings settings(BenchCluster cluster) {
    var seeds = cluster.nodes().stream().map(HostPort::toString).toList();
    return new RedisSettings(seeds, TIMEOUT, Optional.empty());
  }

  private Map<String, Object> json(List<Figures> figures) {
    return Map.of(
        "bench",
        "stage",
        "warm_up_rounds",
        warmUp,
        "machine",
        Machine.now().json(),
        "figures",
        figures.stream().map(Figures::json).toList());
  }
}
