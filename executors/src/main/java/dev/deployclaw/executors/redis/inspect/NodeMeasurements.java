package dev.deployclaw.executors.redis.inspect;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import redis.clients.jedis.Connection;

/** Measurements of every node: who it is, how far away, and how wrong its clock is. */
public record NodeMeasurements(RedisNodes nodes) {
  /** Samples of a round trip per node where the call names no number; and the most. */
  private static final int SAMPLES = 50;

  private static final int MOST_SAMPLES = 10_000;

  /** A sample is dropped when our own wall clock was stepped or paused by more during it. */
  private static final long STEADY_MICROS = 200;

  /** The first version with functions. */
  private static final int OLDEST_MAJOR = 7;

  public CallOutcome topology() throws InterruptedException {
    ClusterTopology topology = nodes.topology();
    var outcome =
        nodes.each(topology.nodes(), (node, link) -> link.call(c -> describe(c, node, topology)));
    if (!(outcome instanceof CallOutcome.Done(List<MemberReport> reports, Map<String, Object> _))) {
      return outcome;
    }
    return new CallOutcome.Done(
        reports,
        Map.of(
            "nodes", (long) topology.nodes().size(),
            "primaries", (long) topology.primaries().size(),
            "slots_unowned", topology.unowned()));
  }

  /** Who the nodes are, by the one that answers first: its fact {@code nodes} is address by id. */
  public CallOutcome identity() throws InterruptedException {
    var ids = new TreeMap<String, Object>();
    for (var node : nodes.identified().nodes()) {
      ids.put(node.id(), node.address().toString());
    }
    return new CallOutcome.Done(List.of(), Map.of("nodes", ids));
  }

  /** Round trips of {@code PING}, in microseconds. */
  public CallOutcome latency(Map<String, Object> arguments) throws InterruptedException {
    int samples = samples(arguments);
    return nodes.each(
        nodes.topology().nodes(), (node, link) -> link.call(c -> roundTrips(c, node, samples)));
  }

  /**
   * How far each node's clock is ahead of ours (behind: negative), in microseconds. The server's
   * time is taken at the middle of the best round trip, so the error is at most half of it
   * (Cristian, "Probabilistic clock synchronization", 1989).
   */
  public CallOutcome clock(Map<String, Object> arguments) throws InterruptedException {
    int samples = samples(arguments);
    return nodes.each(
        nodes.topology().nodes(), (node, link) -> link.call(c -> clock(c, node, samples)));
  }

  private static MemberReport describe(Connection c, Node node, ClusterTopology topology) {
    var settings = NodeConfiguration.read(c);
    String version = settings.version();
    Map<String, Object> facts = new TreeMap<>(settings.facts());
    facts.put("role", node.primary() ? "primary" : "replica");
    facts.put("version", version);
    facts.put(
        "slots", node.slots().stream().map(Object::toString).collect(Collectors.joining(",")));
    facts.put("slot_count", node.slotCount());
    facts.put("moving", node.moving());
    if (node.primary()) {
      facts.put("replicas_online", settings.replicasOnline());
    } else {
      String primary = topology.owner(node).map(o -> o.address().toString()).orElse("");
      facts.put("primary", primary);
    }
    if (major(version) < OLDEST_MAJOR) {
      String reason = "Redis " + version + " has no functions; Redis 7 or newer is needed";
      return MemberReport.no(node.member(), reason, facts);
    }
    return MemberReport.yes(node.member(), "", facts);
  }

  private static MemberReport roundTrips(Connection c, Node node, int samples) {
    long[] micros = new long[samples];
    for (int i = 0; i < samples; i++) {
      long sent = System.nanoTime();
      NodeCommands.one(c, "PING");
      micros[i] = (System.nanoTime() - sent) / 1_000;
    }
    Arrays.sort(micros);
    return MemberReport.yes(
        node.member(),
        "",
        Map.of(
            "samples", (long) samples,
            "min_us", micros[0],
            "median_us", micros[samples / 2],
            "p99_us", micros[Math.min(samples - 1, samples * 99 / 100)]));
  }

  private static MemberReport clock(Connection c, Node node, int samples) {
    List<Sample> steady = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      Sample sample = sample(c);
      if (sample.steady()) {
        steady.add(sample);
      }
    }
    var best = steady.stream().min(Comparator.comparingLong(Sample::errorMicros));
    if (best.isEmpty()) {
      return MemberReport.unknown(node.member(), "our own clock was not steady during any sample");
    }
    return MemberReport.yes(
        node.member(),
        "",
        Map.of(
            "offset_us", best.get().offsetMicros(),
            "error_us", best.get().errorMicros(),
            "round_trip_us", best.get().roundTripMicros(),
            "samples", (long) samples,
            "discarded", (long) (samples - steady.size())));
  }

  private static Sample sample(Connection c) {
    long wall = wallMicros();
    long sent = System.nanoTime();
    List<?> time = NodeCommands.list(NodeCommands.one(c, "TIME"));
    long roundTrip = (System.nanoTime() - sent) / 1_000;
    long wallAfter = wallMicros();
    long server =
        Long.parseLong(NodeCommands.text(time.get(0))) * 1_000_000
            + Long.parseLong(NodeCommands.text(time.get(1)));
    return new Sample(wall, wallAfter, roundTrip, server);
  }

  /** One {@code TIME}, with our clocks around it. */
  record Sample(long wallBefore, long wallAfter, long roundTripMicros, long serverMicros) {
    /** Whether our wall clock went as far as our monotonic one. */
    boolean steady() {
      return slackMicros() <= STEADY_MICROS;
    }

    /** What passed between the readings of our two clocks, or by how much one was stepped. */
    private long slackMicros() {
      return Math.abs(wallAfter - wallBefore - roundTripMicros);
    }

    long offsetMicros() {
      return serverMicros - (wallBefore + roundTripMicros / 2);
    }

    /** Half the round trip, rounded up, the slack, and the resolution of both clocks. */
    long errorMicros() {
      return (roundTripMicros + 1) / 2 + slackMicros() + 2;
    }
  }

  private static long wallMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private static int samples(Map<String, Object> arguments) {
    return arguments.get("samples") instanceof Number n
        ? Math.clamp(n.longValue(), 1, MOST_SAMPLES)
        : SAMPLES;
  }

  private static int major(String version) {
    int dot = version.indexOf('.');
    return Integer.parseInt(dot < 0 ? version : version.substring(0, dot));
  }
}
