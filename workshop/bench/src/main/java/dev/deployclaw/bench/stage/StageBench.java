package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TurnOptions;
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
import java.util.Optional;
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

  @Mixin private TurnOptions turns = new TurnOptions(21, 30);

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
        figures.add(rounds.run(turns.warmUp(), turns.rounds()));
      }
    }
    return figures;
  }

  public static RedisSettings settings(BenchCluster cluster) {
    var seeds = cluster.nodes().stream().map(HostPort::toString).toList();
    return new RedisSettings(seeds, TIMEOUT, Optional.empty(), Optional.empty());
  }

  @Override
  protected List<FigureTable<?>> tables(List<StageFigures> figures) {
    return StageFigures.tables(figures);
  }
}
