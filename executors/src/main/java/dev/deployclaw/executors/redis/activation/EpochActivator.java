package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.EpochSpec.Candidate;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.activation.RuleComparison.Difference;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.NodeConnection;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;

/**
 * Switches the primaries to the committed epoch by loading its function library, each under its
 * fence: {@code WATCH}, compare, {@code MULTI}, set the fence, load, {@code EXEC}. A fence that
 * moved in between aborts the transaction, and the old library stays. Repeating it changes nothing.
 * The library of an empty set, which a rollback to epoch 0 publishes, admits everything.
 */
public record EpochActivator(RedisNodes nodes, FenceCheck fences, VoteCache voted) {
  /** How often a flip starts again after the fence moved under its hands. */
  private static final int MOST_TRIES = 5;

  /** How long a primary waits for one replica to have the library too. */
  private static final Duration REPLICATION = Duration.ofSeconds(1);

  /**
   * First every primary is made to hold the epoch's rules, then all that do are switched, so that
   * the switches lie close together. Who has voted since and can't have lost anything isn't read
   * again: from the commit on, the time doesn't grow with the tenants. A failover since the vote
   * may have lost what was staged; it is written again. A primary whose rules still differ isn't
   * switched, and says NO.
   */
  public CallOutcome publish(EpochSpec activation, FencingToken fence) throws InterruptedException {
    ClusterTopology topology = nodes.topology();
    var dealt = dealt(activation, topology);
    var mark = FenceCheck.mark(activation, fence);
    var held =
        nodes.each(
            topology.primaries(), (node, link) -> link.call(c -> hold(c, node, mark, dealt)));
    if (!(held instanceof CallOutcome.Done(List<MemberReport> holds, Map<String, Object> _))) {
      return held;
    }
    var ready =
        holds.stream()
            .filter(EpochActivator::yes)
            .map(MemberReport::member)
            .collect(Collectors.toSet());
    String source = source(activation, fence);
    var switched =
        nodes.each(
            topology.primaries().stream().filter(n -> ready.contains(n.member())).toList(),
            (node, link) ->
                link.call(c -> {
                  flip(c, node, mark, source);
                  return MemberReport.yes(
                      node.member(), activation.digest(), facts(c, node, topology));
                }));
    if (!(switched
        instanceof CallOutcome.Done(List<MemberReport> switches, Map<String, Object> _))) {
      return switched;
    }
    var others = holds.stream().filter(h -> !yes(h));
    boolean unmanaged = activation.restores().isPresent();
    return new CallOutcome.Done(
        Stream.concat(switches.stream(), others).toList(), Map.of("unmanaged", unmanaged));
  }

  /** Every node's library by an independent read, the replicas' too. Each slot needs an owner. */
  public CallOutcome converge(EpochSpec activation) throws InterruptedException {
    ClusterTopology topology = nodes.wholeTopology();
    return nodes.each(
        topology.nodes(),
        (node, link) -> {
          String library = link.call(ActivationState::library).orElse("");
          Optional<Constants> there = FunctionLibrary.read(library);
          if (there.isEmpty()) {
            return MemberReport.no(node.member(), "no function library is loaded");
          }
          var wrong = wrong(there.get(), activation);
          if (wrong.isPresent()) {
            return MemberReport.no(node.member(), wrong.get());
          }
          return ActivationState.fault(library)
              .map(fault -> MemberReport.no(node.member(), fault))
              .orElseGet(() ->
                  MemberReport.yes(
                      node.member(), activation.digest(), Map.of("epoch", activation.epoch())));
        });
  }

  /** What a node acts on instead; its term may be another, since leaders change. */
  private static Optional<String> wrong(Constants there, EpochSpec activation) {
    boolean same =
        there.epoch() == activation.epoch() && there.digest().equals(activation.digest());
    if (!same) {
      return Optional.of("acts on epoch %d, not %d".formatted(there.epoch(), activation.epoch()));
    }
    boolean moved =
        there.step() == activation.step()
            && there.trial().equals(activation.candidate().map(EpochActivator::trial));
    return moved
        ? Optional.empty()
        : Optional.of(
            "acts on step %d of the cohort beside epoch %d, not %d"
                .formatted(there.step(), activation.epoch(), activation.step()));
  }

  /** The rules of the epoch, and of the candidate beside it: a primary is to hold both. */
  private static List<Dealt> dealt(EpochSpec activation, ClusterTopology topology) {
    return Stream.concat(Stream.of(activation), activation.tried().stream())
        .map(a -> new Dealt(a, PrimaryPartitions.of(a, topology)))
        .toList();
  }

  /** An epoch's rules; nothing is dealt out before a share is read. */
  private record Dealt(EpochSpec activation, PrimaryPartitions shares) {}

  static String source(EpochSpec activation, FencingToken fence) {
    return FunctionLibrary.source(
        new Constants(
            fence.term(),
            activation.epoch(),
            activation.digest(),
            activation.predecessor(),
            activation.step(),
            activation.candidate().map(EpochActivator::trial)));
  }

  private static Trial trial(Candidate candidate) {
    return new Trial(candidate.epoch(), candidate.digest(), candidate.cohort());
  }

  private MemberReport hold(NodeConnection c, Node node, FenceMark mark, List<Dealt> all)
      throws InterruptedException {
    fences.refuseOlder(c, node, mark);
    for (var dealt : all) {
      if (voted.holds(c, node, dealt.activation())) {
        continue;
      }
      var share = dealt.shares().of(node);
      TenantPartition lost =
          share.of(RuleComparison.of(c, share).stream().map(Difference::tenant).toList());
      ForeignFieldRemover.remove(c, lost);
      long _ = RuleWriter.run(c, lost);
      var differing = RuleComparison.of(c, lost);
      if (!differing.isEmpty()) {
        return MemberReport.no(node.member(), differing.getFirst().reason());
      }
    }
    return MemberReport.yes(node.member(), "", Map.of());
  }

  private void flip(Connection c, Node node, FenceMark mark, String source)
      throws InterruptedException {
    String key = ActivationState.fenceKey(node);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      NodeCommands.one(c, "WATCH", key);
      fences.refuseOlder(c, node, mark);
      if (load(c, key, mark, source)) {
        return;
      }
    }
    throw ReconnectingConnection.NodeFailed.conflict("the fence keeps moving");
  }

  /** False when the fence moved since it was watched. */
  static boolean load(Connection c, String key, FenceMark mark, String source) {
    c.sendCommand(NodeCommands.command("MULTI"));
    c.sendCommand(NodeCommands.command("SET", key, mark.text()));
    c.sendCommand(NodeCommands.command("FUNCTION LOAD", "REPLACE", source));
    c.sendCommand(NodeCommands.command("EXEC"));
    List<Object> answers = c.getMany(4);
    answers.forEach(NodeCommands::succeed);
    if (!(answers.getLast() instanceof List<?> applied)) {
      return false;
    }
    applied.forEach(NodeCommands::succeed);
    return true;
  }

  /** Waits, bounded, until one replica has it too. */
  static Map<String, Object> facts(Connection c, Node node, ClusterTopology topology) {
    String wanted = Integer.toString(Math.min(1, topology.replicas(node).size()));
    String millis = Long.toString(REPLICATION.toMillis());
    return Map.of("replicas", NodeCommands.number(c, "WAIT", wanted, millis));
  }

  private static boolean yes(MemberReport report) {
    return report.answer() == MemberReport.Answer.YES;
  }
}
