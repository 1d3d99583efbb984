package dev.deployclaw.executors.redis;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.redis.activation.FenceAuthority;
import dev.deployclaw.executors.redis.cluster.NodeAddress;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A cluster of three primaries and three replicas, the executor, and a way to meddle. */
public final class ClusterFixture implements AutoCloseable {
  public final RedisCluster cluster;
  final RedisExecutor executor;

  /** What stands in the state store. */
  final EtcdStateStore state;

  private final EtcdServer etcd;

  private ClusterFixture(RedisCluster cluster, EtcdServer etcd) {
    this.cluster = cluster;
    this.etcd = etcd;
    this.state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), "/redis/"));
    this.executor =
        new RedisExecutor(
            new RedisSettings(
                cluster.nodes().stream().map(HostPort::toString).toList(),
                Duration.ofSeconds(10),
                Optional.empty(),
                Optional.empty()),
            FenceAuthority.of(state));
  }

  public static ClusterFixture start(Path folder) {
    return new ClusterFixture(
        RedisCluster.start(folder.resolve("redis"), 3, 1),
        EtcdServer.start(folder.resolve("etcd")));
  }

  public static EpochSpec activation(long epoch, PolicySet set) {
    return Activations.of(set, epoch);
  }

  /** A fact that must be there. */
  static <T> T fact(MemberReport report, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(report.facts().get(name), name));
  }

  public CallOutcome run(ExecutorCall call, long term) throws InterruptedException {
    return executor.execute(
        new Invocation("redis", call, new FencingToken("a", term), Duration.ofSeconds(60)));
  }

  public List<MemberReport> reports(ExecutorCall call) throws InterruptedException {
    return ((CallOutcome.Done) run(call, 1)).reports();
  }

  public CallFault fault(ExecutorCall call, long term) throws InterruptedException {
    return ((CallOutcome.Failed) run(call, term)).fault();
  }

  /** Until every node acts on it, the replicas too. */
  public void eventually(EpochSpec activation) {
    BoundedWait.until("every node acts on it", Duration.ofSeconds(60), () -> acts(activation));
  }

  private boolean acts(EpochSpec activation) {
    try {
      return reports(new ExecutorCall.Converge(activation)).stream()
          .allMatch(r -> r.answer() == MemberReport.Answer.YES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public List<MemberReport> look(String verb) throws InterruptedException {
    return reports(new ExecutorCall.Look(verb, Map.of("samples", 200L)));
  }

  /** The primary that owns a tenant without a parent. */
  public HostPort home(String tenant) throws InterruptedException {
    int slot = RedisKeyLayout.slot(RedisKeyLayout.policyKey(tenant, tenant));
    try (var nodes = new RedisNodes(RedisSettings.of(List.of(cluster.nodes().getFirst() + "")))) {
      return nodes.topology().primaries().stream()
          .filter(n -> n.owns(slot))
          .map(n -> HostPort.parse(n.address().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The state store says that this leader leads, and that this epoch is committed. */
  public void decided(long term, long epoch) throws InterruptedException {
    var active = new CommittedEpoch(epoch, "d", "arch-1", term, epoch - 1);
    state.transact(
        new Transaction(
            List.of(),
            List.of(
                new Write.Put(StoreKeys.TERM, Long.toString(term).getBytes(StandardCharsets.UTF_8)),
                new Write.Put(StoreKeys.ACTIVE, active.bytes()))));
  }

  /** The state store is gone. */
  public void withoutStateStore() {
    etcd.close();
  }

  /** Runs one command on one node. */
  public Object command(HostPort node, String name, String... arguments)
      throws InterruptedException {
    try (var link =
        new ReconnectingConnection(
            NodeAddress.parse(node.toString()), RedisSettings.of(List.of("" + node)))) {
      return link.call(c -> "" + NodeCommands.text(NodeCommands.one(c, name, arguments)));
    }
  }

  @Override
  public void close() {
    executor.close();
    cluster.close();
    state.close();
    etcd.close();
  }
}
