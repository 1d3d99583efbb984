package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.limiter.ServiceProcess;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.bench.stage.StageBench;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.etcd.policy.PolicyStoreExecutor;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.ratelimit.RateLimitExecutor;
import dev.deployclaw.executors.ratelimit.RateLimitSettings;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.server.EtcdServer;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a change costs from its commit on, with few and with many tenants, and what the votes of
 * many participants cost.
 */
@Command(
    name = "activation",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Commit to all published, and votes.")
public final class ActivationBench extends BenchCommand<ActivationBench.Figures> {
  private static final String PREFIX = "/deployclaw/bench/";

  /** With room for a hundred thousand tenants. */
  private static final List<String> ROOMY =
      Stream.concat(JavaProgram.QUICK.stream(), Stream.of("-Xmx2g")).toList();

  @Option(
      names = "--tenants",
      split = ",",
      defaultValue = "1000,10000,100000",
      description = "number of tenants, one or more values")
  private List<Integer> tenants = List.of();

  @Mixin private TurnOptions turns = new TurnOptions(11, 5);

  @Option(
      names = "--participants",
      defaultValue = "300",
      description = "number of participants that vote in one prepare")
  private int participants;

  public ActivationBench(PrintWriter out) {
    super(out);
  }

  /**
   * @param switches by the number of tenants
   */
  record Figures(
      Map<Integer, Map<SwitchTimes.Part, TimingSamples>> switches,
      VoteMeasurement.VoteFigures votes) {}

  @Override
  protected Figures measure(Path folder) throws InterruptedException {
    try (var cluster = BenchCluster.start(folder.resolve("redis"));
        var etcd = EtcdServer.start(folder.resolve("etcd"));
        var state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), PREFIX));
        var decider =
            ServiceProcess.start(
                folder.resolve("services"),
                ROOMY,
                new ServiceProcess.Stores(etcd.endpoint(), PREFIX, cluster.nodes()));
        var redis = new RedisExecutor(StageBench.settings(cluster), () -> FenceMark.NOBODY);
        var watched = new PrimaryEpochWatcher(cluster.primaries())) {
      var url = URI.create("http://" + decider.address());
      var service = new Service(ServiceProcess.NAMESPACE, url, RateLimitSettings.Access.OPEN);
      var services =
          new RateLimitExecutor(RateLimitSettings.of(List.of(service)), cluster::addressesById);
      var crew =
          new EpochSwitchRunner.ParticipantExecutors(
              new PolicyStoreExecutor(state), redis, services);
      var switches = new EpochSwitchRunner(cluster, state, crew, watched);
      switches.begin(SampleTenants.of(tenants.getFirst()));
      Map<Integer, Map<SwitchTimes.Part, TimingSamples>> measured = new LinkedHashMap<>();
      for (int number : tenants) {
        measured.put(
            number, switches.run(SampleTenants.of(number), turns.warmUp(), turns.rounds()));
      }
      var votes = new VoteMeasurement(url, participants, cluster::addressesById);
      var live = switches.live(SampleTenants.of(tenants.getLast()));
      return new Figures(measured, votes.run(live, turns.warmUp(), turns.rounds()));
    }
  }

  @Override
  protected List<FigureTable<?>> tables(Figures figures) {
    return List.of(SwitchTimes.table(figures.switches()), figures.votes().table());
  }
}
