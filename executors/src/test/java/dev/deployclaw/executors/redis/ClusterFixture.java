package dev.deployclaw.executors.redis;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Etcd;
import dev.deployclaw.testkit.HostPort;
import dev.deployclaw.testkit.RedisCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A cluster of three primaries and three replicas, the executor, and a way to meddle. */
final class ClusterFixture implements AutoCloseable {
  final RedisCluster cluster;
  final RedisExecutor executor;

  /** What stands in the state store. */
  final EtcdStateStore state;

  private final Etcd etcd;

  private ClusterFixture(RedisCluster cluster, Etcd etcd) {
    this.cluster = cluster;
    this.etcd = etcd;
    this.state = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), "/redis/"));
    this.executor =
        new RedisExecutor(
            new RedisSettings(
                cluster.nodes().stream().map(HostPort::toString).toList(),
                Duration.ofSeconds(10),
                Optional.empty()),
            Authority.of(state));
  }

  static ClusterFixture start(Path folder) {
    return new ClusterFixture(
        RedisCluster.start(folder.resolve("redis"), 3, 1), Etcd.start(folder.resolve("etcd")));
  }

  static Activation activation(long epoch, PolicySet set) {
    return Activations.of(set, epoch);
  }

  /** A fact that must be there. */
  static <T> T fact(Report report, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(report.facts().get(name), name));
  }

  Outcome run(Call call, long term) throws InterruptedException {
    return executor.execute(
        new Invocation("redis", call, new Fence("a", term), Duration.ofSeconds(60)));
  }

  List<Report> reports(Call call) throws InterruptedException {
    return ((Outcome.Done) run(call, 1)).reports();
  }

  Fault fault(Call call, long term) throws InterruptedException {
    return ((Outcome.Failed) run(call, term)).fault();
  }

  /** Until every node acts on it, the replicas too. */
  void eventually(Activation activation) {
    Await.until("every node acts on it", Duration.ofSeconds(60), () -> acts(activation));
  }

  private boolean acts(Activation activation) {
    try {
      return reports(new Call.Converge(activation)).stream()
          .allMatch(r -> r.answer() == Report.Answer.YES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  List<Report> look(String verb) throws InterruptedException {
    return reports(new Call.Look(verb, Map.of("samples", 200L)));
  }

  /** The primary that owns a tenant without a parent. */
  HostPort home(String tenant) throws InterruptedException {
    int slot = RedisLayout.slot(RedisLayout.policyKey(tenant, tenant));
    try (var nodes = new RedisNodes(RedisSettings.of(List.of(cluster.nodes().getFirst() + "")))) {
      return nodes.topology().primaries().stream()
          .filter(n -> n.owns(slot))
          .map(n -> HostPort.parse(n.address().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The state store says that this leader leads, and that this epoch is committed. */
  void decided(long term, long epoch) throws InterruptedException {
    var active = new Active(epoch, "d", "arch-1", term, epoch - 1);
    state.transact(
        new Transaction(
            List.of(),
            List.of(
                new Write.Put(Keys.TERM, Long.toString(term).getBytes(StandardCharsets.UTF_8)),
                new Write.Put(Keys.ACTIVE, active.bytes()))));
  }

  /** The state store is gone. */
  void withoutStateStore() {
    etcd.close();
  }

  /** Runs one command on one node. */
  Object command(HostPort node, String name, String... arguments) throws InterruptedException {
    try (var link =
        new NodeLink(NodeAddress.parse(node.toString()), RedisSettings.of(List.of("" + node)))) {
      return link.call(c -> "" + Commands.text(Commands.one(c, name, arguments)));
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
