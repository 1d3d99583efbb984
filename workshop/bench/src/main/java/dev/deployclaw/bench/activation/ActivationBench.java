package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.recovery.KillRecoveryTrials;
import dev.deployclaw.bench.recovery.RecoveryFigures;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.bench.stage.StageBench;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.etcd.policy.PolicyStoreExecutor;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.ratelimit.RateLimitExecutor;
import dev.deployclaw.executors.ratelimit.RateLimitSettings;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.server.EtcdServer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a change costs from its commit on, with few and with many tenants; what the votes of many
 * participants cost; and how long it takes until all is well after the agent was killed.
 */
@Command(
    name = "activation",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Commit to all published, votes, and recovery from a kill.")
public final class ActivationBench extends BenchCommand<ActivationBench.AllFigures> {
  private static final String PREFIX = "/deployclaw/bench/";
  private static final int SERVICES = 1;
  private static final int GATEWAYS = 3;
  private static final int IDLE_RUNS = 5;

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

  @Option(
      names = "--kills",
      defaultValue = "30",
      description = "agents killed at calls of a change; 0 for none")
  private int kills;

  @Option(names = "--seed", defaultValue = "1", description = "says at which calls they are killed")
  private long seed;

  @Option(
      names = "--lease",
      defaultValue = "10",
      description = "seconds until the lease of a dead agent expires")
  private int leaseSeconds;

  public ActivationBench(PrintWriter out) {
    super(out);
  }

  /** Changes with their votes, and kills, where they are asked for. */
  record AllFigures(Optional<Figures> switches, Optional<RecoveryFigures> recovered) {}

  @Override
  protected AllFigures measure(Path folder) throws Exception {
    return new AllFigures(
        turns.rounds() > 0 ? Optional.of(switches(folder.resolve("switch"))) : Optional.empty(),
        kills > 0 ? Optional.of(recoveries(folder)) : Optional.empty());
  }

  /**
   * @param switches by the number of tenants
   */
  record Figures(
      Map<Integer, Map<SwitchTimes.Part, TimingSamples>> switches,
      VoteMeasurement.VoteFigures votes) {}

  private Figures switches(Path folder) throws InterruptedException {
    try (var cluster = BenchCluster.start(folder.resolve("redis"));
        var etcd = EtcdServer.start(folder.resolve("etcd"));
        var state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), PREFIX));
        var deciders =
            BenchRateLimitServices.start(
                folder.resolve("services"),
                SERVICES,
                new BenchRateLimitServices.Stores(etcd.endpoint(), PREFIX, cluster.nodes()));
        var redis = new RedisExecutor(StageBench.settings(cluster), () -> FenceMark.NOBODY);
        var watched = new PrimaryEpochWatcher(cluster.primaries())) {
      var services =
          new RateLimitExecutor(RateLimitSettings.of(deciders.services()), cluster::addressesById);
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
      var url = deciders.services().getFirst().url();
      var votes = new VoteMeasurement(url, participants, cluster::addressesById);
      var live = switches.live(SampleTenants.of(tenants.getLast()));
      return new Figures(measured, votes.run(live, turns.warmUp(), turns.rounds()));
    }
  }

  private RecoveryFigures recoveries(Path folder) throws Exception {
    var lab = LabEstate.in(folder.resolve("lab"));
    try {
      lab.up(GATEWAYS, _ -> {});
      var config = ConfigReader.read(lab.config(), Map.of());
      var lease = Duration.ofSeconds(leaseSeconds);
      return new KillRecoveryTrials(lab, config, folder, lease).run(kills, IDLE_RUNS, seed);
    } finally {
      lab.down();
    }
  }

  @Override
  protected List<FigureTable<?>> tables(AllFigures figures) {
    List<FigureTable<?>> tables = new ArrayList<>();
    figures
        .switches()
        .ifPresent(f -> {
          tables.add(SwitchTimes.table(f.switches()));
          tables.add(f.votes().table());
        });
    figures.recovered().ifPresent(r -> tables.addAll(r.tables()));
    return tables;
  }
}
