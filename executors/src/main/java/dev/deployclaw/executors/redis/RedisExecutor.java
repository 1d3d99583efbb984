package dev.deployclaw.executors.redis;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.executors.redis.NodeLink.NodeFailed;
import java.util.Set;

/**
 * The Redis cluster as a participant and as something to look at, named {@code redis}. Every node
 * gives a report of its own, {@code redis/<host:port>}. The topology is asked anew at each call.
 */
public final class RedisExecutor implements Executor, AutoCloseable {
  private static final Set<String> MORE =
      Set.of(
          "lost",
          "reassert",
          "topology",
          "identity",
          "latency",
          "clock",
          "scan",
          "marks",
          "counters",
          "usage");

  private final RedisNodes nodes;
  private final Staging staging;
  private final ReadBack readBack;
  private final Flip flip;
  private final Losses losses;
  private final Looks looks;
  private final Inspection inspection;
  private final Usage usage;

  /**
   * @param authority is asked where a primary has lost its fence
   */
  public RedisExecutor(RedisSettings settings, Authority authority) {
    var fences = new Fences(authority);
    this.nodes = new RedisNodes(settings);
    var voted = new Voted();
    this.staging = new Staging(nodes, fences, voted);
    this.readBack = new ReadBack(nodes, fences, voted);
    this.flip = new Flip(nodes, fences, voted);
    this.losses = new Losses(nodes, fences);
    this.looks = new Looks(nodes);
    this.inspection = new Inspection(nodes);
    this.usage = new Usage(nodes);
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Set<String> verbs() {
    return Executor.participantWith(MORE);
  }

  @Override
  public Outcome execute(Invocation call) throws InterruptedException {
    try {
      return perform(call.call(), call.fence());
    } catch (NodeFailed e) {
      return Outcome.failed(e.fault());
    }
  }

  @Override
  public void close() {
    nodes.close();
  }

  private Outcome perform(Call call, Fence fence) throws InterruptedException {
    return switch (call) {
      case Call.Look look -> look(look);
      case Call.Observe() -> inspection.observe();
      case Call.Stage(Activation activation) -> staging.stage(activation, fence);
      case Call.Prepare(Activation activation) -> readBack.prepare(activation, fence);
      case Call.Publish(Activation activation) -> flip.publish(activation, fence);
      case Call.Converge(Activation activation) -> flip.converge(activation);
      case Call.Discard(long epoch) -> staging.discard(epoch, fence);
      case Call.Lost(Activation activation) -> losses.lost(activation);
      case Call.Reassert(Activation activation) -> losses.reassert(activation, fence);
      case Call.Probe _, Call.Heartbeat _, Call.WriteBack _, Call.Share _ -> cannot(call);
    };
  }

  private Outcome look(Call.Look look) throws InterruptedException {
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

  private static Outcome cannot(Call call) {
    return Outcome.failed(new Fault.Invalid("redis has no verb " + call.verb()));
  }
}
