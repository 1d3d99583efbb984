package dev.deployclaw.bench.redis;

import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A Redis Cluster of three primaries with a replica each, and a raw pipe to every node. */
public final class BenchCluster implements AutoCloseable {
  private static final Duration IN_STEP = Duration.ofSeconds(60);
  private static final int PRIMARIES = 3;

  private final RedisCluster cluster;
  private final List<HostPort> primaries;
  private final Map<HostPort, HostPort> primaryOf = new LinkedHashMap<>();
  private final HostPort[] owners = new HostPort[RedisKeyLayout.SLOTS];
  private final Map<HostPort, RawSocketPipe> pipes = new LinkedHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private BenchCluster(RedisCluster cluster) {
    this.cluster = cluster;
    this.primaries = cluster.primaries();
    Map<String, HostPort> byId = new LinkedHashMap<>();
    primaries.forEach(p -> byId.put(call(p, "CLUSTER", "MYID"), p));
    for (HostPort node : cluster.nodes()) {
      meet(node, byId);
      pipes.put(node, reader(node));
    }
  }

  public static BenchCluster start(Path folder) {
    return new BenchCluster(RedisCluster.start(folder, PRIMARIES, 1));
  }

  public List<HostPort> nodes() {
    return cluster.nodes();
  }

  public List<HostPort> primaries() {
    return primaries;
  }

  /** The addresses of all nodes by their ids in the cluster. */
  public Map<String, String> addressesById() {
    Map<String, String> byId = new LinkedHashMap<>();
    nodes().forEach(n -> byId.put(call(n, "CLUSTER", "MYID"), n.toString()));
    return byId;
  }

  /** The hashes dealt out to the primaries that own their slots. */
  Map<HostPort, List<StagedRules.Hash>> dealt(List<StagedRules.Hash> hashes) {
    Map<HostPort, List<StagedRules.Hash>> shares = new LinkedHashMap<>();
    primaries.forEach(p -> shares.put(p, new ArrayList<>()));
    for (var hash : hashes) {
      of(shares, owners[RedisKeyLayout.slot(hash.key())]).add(hash);
    }
    return shares;
  }

  /** What every node holds of what was dealt to the primaries: a replica holds its primary's. */
  <T> Map<HostPort, T> atEveryNode(Map<HostPort, T> atPrimaries) {
    Map<HostPort, T> all = new LinkedHashMap<>();
    primaryOf.forEach((node, primary) -> all.put(node, of(atPrimaries, primary)));
    return all;
  }

  /**
   * Sends each node its batch, all at the same time.
   *
   * @return bytes of all answers
   */
  public long exchange(Map<HostPort, RespBatch> batches) throws InterruptedException {
    List<Callable<Long>> calls = new ArrayList<>();
    batches.forEach((node, batch) -> calls.add(() -> of(pipes, node).exchange(batch, threads)));
    long received = 0;
    try {
      for (Future<Long> answer : threads.invokeAll(calls)) {
        received += answer.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a raw exchange failed", e);
    }
    return received;
  }

  public void empty() {
    RespBatch flush = RespBatch.one("FLUSHALL");
    primaries.forEach(p -> of(pipes, p).exchange(flush));
    awaitInStep();
  }

  /** Until each replica has applied all that its primary wrote. */
  public void awaitInStep() {
    BoundedWait.until(
        "the replicas are in step",
        IN_STEP,
        () ->
            primaryOf.entrySet().stream()
                .allMatch(e -> offset(e.getKey()) >= offset(e.getValue())));
  }

  @Override
  public void close() {
    pipes.values().forEach(RawSocketPipe::close);
    threads.close();
    cluster.close();
  }

  /** A replica answers reads over it, too. */
  private static RawSocketPipe reader(HostPort node) {
    var pipe = new RawSocketPipe(node);
    pipe.exchange(RespBatch.one("READONLY"));
    return pipe;
  }

  /**
   * What a node says of itself, since others may not have heard yet whom it follows. A line of
   * {@code CLUSTER NODES}: id, address, flags, primary, four more, then slots.
   */
  private void meet(HostPort node, Map<String, HostPort> primariesById) {
    var line = call(node, "CLUSTER", "NODES").lines().filter(l -> l.contains("myself")).findFirst();
    var words = List.of(line.orElseThrow().split(" ", -1));
    HostPort itself = primariesById.get(words.getFirst());
    primaryOf.put(node, itself != null ? itself : of(primariesById, words.get(3)));
    for (String range : words.subList(8, words.size())) {
      List<String> ends = List.of(range.split("-", 2));
      int first = Integer.parseInt(ends.getFirst());
      Arrays.fill(owners, first, Integer.parseInt(ends.getLast()) + 1, node);
    }
  }

  private long offset(HostPort node) {
    return Long.parseLong(info(node, "replication", "master_repl_offset"));
  }

  private String info(HostPort node, String section, String name) {
    return call(node, "INFO", section)
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(node + " doesn't say " + name));
  }

  private String call(HostPort node, String... words) {
    return cluster.node(node).call(words);
  }

  private static <K, V> V of(Map<K, V> map, K key) {
    return Objects.requireNonNull(map.get(key), () -> "nothing for " + key);
  }
}
