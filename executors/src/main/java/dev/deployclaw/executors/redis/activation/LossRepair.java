package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;

/**
 * Finds what primaries have lost of the committed epoch, and puts it back: a failover to a replica
 * that never got it takes away what was acknowledged. Only what is missing is written: a field by
 * {@code HSETNX}, the library under its fence as every flip does. Repeating it changes nothing.
 */
public record LossRepair(RedisNodes nodes, FenceCheck fences) {
  /** How often it starts again after the fence moved under its hands. */
  private static final int MOST_TRIES = 5;

  public CallOutcome lost(EpochSpec activation) throws InterruptedException {
    ClusterTopology topology = nodes.wholeTopology();
    var shares = PrimaryPartitions.of(activation, topology);
    return nodes.each(
        topology.primaries(),
        (node, link) ->
            link.call(c -> {
              var loss = PrimaryLoss.of(c, node, activation, shares.of(node));
              return loss.isNothing()
                  ? MemberReport.yes(node.member(), activation.digest(), Map.of())
                  : MemberReport.no(node.member(), "lost " + loss.words());
            }));
  }

  public CallOutcome reassert(EpochSpec activation, FencingToken fence)
      throws InterruptedException {
    ClusterTopology topology = nodes.wholeTopology();
    var shares = PrimaryPartitions.of(activation, topology);
    var order =
        new Order(
            activation,
            FenceCheck.mark(activation, fence),
            EpochActivator.source(activation, fence),
            topology);
    return nodes.each(
        topology.primaries(),
        (node, link) -> link.call(c -> reassert(c, node, order, shares.of(node))));
  }

  /** What is to be put back, in whose name. */
  private record Order(
      EpochSpec activation, FenceMark mark, String source, ClusterTopology topology) {}

  private MemberReport reassert(NodeConnection c, Node node, Order order, TenantPartition share)
      throws InterruptedException {
    fences.refuseOlder(c, node, order.mark());
    var loss = PrimaryLoss.of(c, node, order.activation(), share);
    if (loss.isNothing()) {
      return MemberReport.yes(node.member(), order.activation().digest(), Map.of());
    }
    write(c, loss.fields());
    head(c, node, order);
    var left = PrimaryLoss.of(c, node, order.activation(), share);
    if (!left.isNothing()) {
      return MemberReport.no(node.member(), "lacks still " + left.words());
    }
    Map<String, Object> facts = new HashMap<>(EpochActivator.facts(c, node, order.topology()));
    facts.put(ExecutorCall.Reassert.PUT_BACK, loss.words());
    return MemberReport.yes(node.member(), order.activation().digest(), facts);
  }

  private static void write(NodeConnection c, List<PrimaryLoss.Missing> missing) {
    var fields =
        missing.stream()
            .flatMap(m ->
                m.fields().entrySet().stream()
                    .map(f -> NodeCommands.command("HSETNX", m.key(), f.getKey(), f.getValue())))
            .toList();
    NodeCommands.each(c, fields, f -> f, (_, answer) -> NodeCommands.succeed(answer));
  }

  /** Whatever somebody put there meanwhile stays. */
  private void head(NodeConnection c, Node node, Order order) throws InterruptedException {
    String key = ActivationState.fenceKey(node);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      NodeCommands.one(c, "WATCH", key);
      fences.refuseOlder(c, node, order.mark());
      if (PrimaryLoss.head(c, node, order.activation()).isEmpty()) {
        NodeCommands.one(c, "UNWATCH");
        return;
      }
      if (EpochActivator.load(c, key, order.mark(), order.source())) {
        return;
      }
    }
    throw ReconnectingConnection.NodeFailed.conflict("the fence keeps moving");
  }

  /**
   * What one primary has lost of the committed epoch. Lost is what isn't there: no function
   * library, or the whole library of an earlier epoch; a fence that is gone or lower; fields that
   * are missing. What is there and differs was changed by somebody, and isn't lost.
   *
   * @param head what is lost of library and fence, in words
   * @param fields what is missing, by tenant
   */
  private record PrimaryLoss(Optional<String> head, List<Missing> fields) {
    /** The fields of one tenant's hash that aren't there. */
    record Missing(TenantPolicy tenant, String key, Map<String, String> fields) {}

    PrimaryLoss {
      fields = List.copyOf(fields);
    }

    /** Only looks. */
    static PrimaryLoss of(
        NodeConnection c, Node primary, EpochSpec activation, TenantPartition share) {
      return new PrimaryLoss(head(c, primary, activation), fields(c, share));
    }

    boolean isNothing() {
      return head.isEmpty() && fields.isEmpty();
    }

    String words() {
      Stream<String> rules =
          fields.isEmpty() ? Stream.of() : Stream.of("rules of " + fields.size() + " tenants");
      return Stream.concat(head.stream(), rules).collect(Collectors.joining(" and "));
    }

    /** A library that somebody changed is left alone, with its fence. */
    static Optional<String> head(Connection c, Node primary, EpochSpec activation) {
      var source = ActivationState.library(c);
      if (source.isEmpty()) {
        return Optional.of("its function library");
      }
      var there = FunctionLibrary.read(source.get());
      boolean ofAnAgent =
          FunctionLibrary.isWhole(source.get()) || FunctionLibrary.isOfAnotherVersion(source.get());
      if (there.isEmpty() || !ofAnAgent) {
        return Optional.empty();
      }
      if (there.get().epoch() < activation.epoch()) {
        return Optional.of("its function library, and acts on epoch " + there.get().epoch());
      }
      boolean ours =
          there.get().epoch() == activation.epoch()
              && there.get().digest().equals(activation.digest());
      if (ours && there.get().step() < activation.step()) {
        return Optional.of("the last step of a cohort, and acts on step " + there.get().step());
      }
      long fenced = ActivationState.fence(c, primary).map(FenceMark::epoch).orElse(0L);
      return ours && fenced < activation.epoch() ? Optional.of("its fence") : Optional.empty();
    }

    private static List<Missing> fields(NodeConnection c, TenantPartition share) {
      String prefix = RedisKeyLayout.fieldPrefix(share.rules().epoch());
      List<Missing> missing = new ArrayList<>();
      NodeCommands.each(
          c,
          RuleReader.suspects(c, share),
          tenant -> NodeCommands.command("HKEYS", share.rules().key(tenant)),
          (tenant, answer) -> {
            NodeCommands.succeed(answer);
            var hash = share.rules().hash(tenant);
            var wanted = new TreeMap<>(hash.fields());
            NodeCommands.list(answer).forEach(f -> wanted.remove(NodeCommands.text(f)));
            wanted.keySet().removeIf(f -> !f.startsWith(prefix));
            if (!wanted.isEmpty()) {
              missing.add(new Missing(tenant, hash.key(), wanted));
            }
          });
      return missing;
    }
  }
}
