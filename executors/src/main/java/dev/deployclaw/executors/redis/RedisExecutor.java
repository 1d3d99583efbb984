package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.redis.activation.EpochActivator;
import dev.deployclaw.executors.redis.activation.FenceAuthority;
import dev.deployclaw.executors.redis.activation.FenceCheck;
import dev.deployclaw.executors.redis.activation.LossRepair;
import dev.deployclaw.executors.redis.activation.ReadBackVote;
import dev.deployclaw.executors.redis.activation.RuleStager;
import dev.deployclaw.executors.redis.activation.VoteCache;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection.NodeFailed;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.executors.redis.inspect.CounterUsage;
import dev.deployclaw.executors.redis.inspect.NodeInspector;
import dev.deployclaw.executors.redis.inspect.NodeMeasurements;
import java.util.Set;

/**
 * The Redis cluster as a participant and as something to look at, named {@code redis}. Every node
 * gives a report of its own, {@code redis/<host:port>}. The topology is asked again at each call.
 */
public final class RedisExecutor implements BackendExecutor, AutoCloseable {
  private static final Set<String> MORE =
      Set.of(
          "lost reassert topology identity latency clock scan marks counters usage".split(" ", -1));

  private final RedisNodes nodes;
  private final RuleStager staging;
  private final ReadBackVote readBack;
  private final EpochActivator flip;
  private final LossRepair losses;
  private final NodeMeasurements looks;
  private final NodeInspector inspection;
  private final CounterUsage usage;

  /**
   * @param authority is asked where a primary has lost its fence
   */
  public RedisExecutor(RedisSettings settings, FenceAuthority authority) {
    var fences = new FenceCheck(authority);
    this.nodes = new RedisNodes(settings);
    var voted = new VoteCache();
    this.staging = new RuleStager(nodes, fences, voted);
    this.readBack = new ReadBackVote(nodes, fences, voted);
    this.flip = new EpochActivator(nodes, fences, voted);
    this.losses = new LossRepair(nodes, fences);
    this.looks = new NodeMeasurements(nodes);
    this.inspection = new NodeInspector(nodes);
    this.usage = new CounterUsage(nodes);
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Set<String> verbs() {
    return BackendExecutor.participantWith(MORE);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    try {
      return perform(call.call(), call.fence());
    } catch (NodeFailed e) {
      return CallOutcome.failed(e.fault());
    }
  }

  @Override
  public void close() {
    nodes.close();
  }

  private CallOutcome perform(ExecutorCall call, FencingToken fence) throws InterruptedException {
    return switch (call) {
      case ExecutorCall.Look look -> look(look);
      case ExecutorCall.Observe() -> inspection.observe();
      case ExecutorCall.Stage(EpochSpec activation) -> staging.stage(activation, fence);
      case ExecutorCall.Prepare(EpochSpec activation) -> readBack.prepare(activation, fence);
      case ExecutorCall.Publish(EpochSpec activation) -> flip.publish(activation, fence);
      case ExecutorCall.Converge(EpochSpec activation) -> flip.converge(activation);
      case ExecutorCall.Discard(long epoch) -> staging.discard(epoch, fence);
      case ExecutorCall.Lost(EpochSpec activation) -> losses.lost(activation);
      case ExecutorCall.Reassert(EpochSpec activation) -> losses.reassert(activation, fence);
      case ExecutorCall.SpecialCall _ -> cannot(call);
    };
  }

  private CallOutcome look(ExecutorCall.Look look) throws InterruptedException {
    return switch (look.verb()) {
      case "topology" -> looks.topology();
      case "identity" -> looks.identity();
      case "latency" -> looks.latency(look.arguments());
      case "clock" -> looks.clock(look.arguments());
      case "scan" -> inspection.scan();
      case "marks" -> inspection.marks();
      case "counters" -> inspection.counters(look.arguments());
      case "usage" -> usage.look(look.arguments());
      default -> cannot(look);
    };
  }

  private static CallOutcome cannot(ExecutorCall call) {
    return CallOutcome.failed(new CallFault.Invalid("redis has no verb " + call.verb()));
  }
}
