package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.testkit.network.HostPort;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long the stage and prepare phases take on a Redis Cluster of 3 + 3, against the same bytes
 * written by {@code redis-cli --pipe} and the same answers read by a bare socket.
 */
@Command(
    name = "stage",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Redis stage and prepare compared with their least possible cost.")
public final class StageBench extends BenchCommand<List<StageFigures>> {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Option(
      names = "--tenants",
      split = ",",
      defaultValue = "1000,10000",
      description = "number of tenants, one or more values")
  private List<Integer> tenants = List.of();

  @Option(names = "--rounds", defaultValue = "21", description = "measured rounds of each number")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "rounds that are thrown away before")
  private int warmUp;

  public StageBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected List<StageFigures> measure(Path folder) throws InterruptedException {
    List<StageFigures> figures = new ArrayList<>();
    try (var cluster = BenchCluster.start(folder);
        var redis = new RedisExecutor(settings(cluster), () -> FenceMark.NOBODY)) {
      for (int number : tenants) {
        var rounds =
            new StageRounds(cluster, redis, new RedisCliPipe(folder), SampleTenants.of(number));
        figures.add(rounds.run(warmUp, this.rounds));
      }
    }
    return figures;
  }

  public static RedisSettings settings(BenchCluster cluster) {
    var seeds = cluster.nodes().stream().map(HostPort::toString).toList();
    return new RedisSettings(seeds, TIMEOUT, Optional.empty());
  }

  @Override
  protected Map<String, Object> json(List<StageFigures> figures) {
    return Map.of(
        "warm_up_rounds", warmUp, "figures", figures.stream().map(StageFigures::json).toList());
  }

  @Override
  protected void print(List<StageFigures> figures, PrintWriter out) {
    figures.forEach(f -> StageTable.print(f, out));
  }
}
