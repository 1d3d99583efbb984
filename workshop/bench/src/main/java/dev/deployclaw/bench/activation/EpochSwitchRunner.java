package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.measure.CheckedCalls;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.redis.RespBatch;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes of a set, one after the other, as a run makes them: staged, voted on, committed in etcd,
 * published to Redis, confirmed by every node and every rate limit service, and the epoch before
 * the predecessor collected. Each is compared with a bare load of the same library.
 */
final class EpochSwitchRunner {
  private static final long TERM = 1;
  private static final String CHANGE = "bench";
  private static final List<Condition> LEADS =
      List.of(new Condition.Holds(StoreKeys.TERM, text(TERM)));

  private final BenchCluster cluster;
  private final StateStore state;
  private final BackendExecutor store;
  private final BackendExecutor redis;
  private final BackendExecutor services;
  private final PrimaryEpochWatcher watched;
  private CommittedEpoch active = new CommittedEpoch(0, "", CHANGE, TERM, 0);

  /** Who takes part in each change. */
  record ParticipantExecutors(
      BackendExecutor store, BackendExecutor redis, BackendExecutor services) {}

  EpochSwitchRunner(
      BenchCluster cluster,
      StateStore state,
      ParticipantExecutors crew,
      PrimaryEpochWatcher watched) {
    this.cluster = cluster;
    this.state = state;
    this.store = crew.store();
    this.redis = crew.redis();
    this.services = crew.services();
    this.watched = watched;
  }

  /** Leads, and makes a first epoch live, before which no node can say what it decides by. */
  void begin(PolicySet set) throws InterruptedException {
    write(List.of(new Write.Put(StoreKeys.TERM, text(TERM))), List.of());
    var first = next(set, set.digest());
    stage(first);
    commit(first);
    CheckedCalls.on(redis, new ExecutorCall.Publish(first));
  }

  Map<SwitchTimes.Part, TimingSamples> run(PolicySet set, int warmUp, int rounds)
      throws InterruptedException {
    String digest = set.digest();
    Map<SwitchTimes.Part, List<Long>> nanos = new EnumMap<>(SwitchTimes.Part.class);
    for (int i = 0; i < warmUp + rounds; i++) {
      var times = once(next(set, digest)).times();
      if (i >= warmUp) {
        times.forEach((part, t) -> nanos.computeIfAbsent(part, _ -> new ArrayList<>()).add(t));
      }
    }
    Map<SwitchTimes.Part, TimingSamples> samples = new EnumMap<>(SwitchTimes.Part.class);
    nanos.forEach((part, each) -> samples.put(part, new TimingSamples(each)));
    return samples;
  }

  /** What is live, for those who vote on it. */
  EpochSpec live(PolicySet set) {
    return new EpochSpec(
        CHANGE,
        active.epoch(),
        active.digest(),
        set,
        active.predecessor(),
        Optional.empty(),
        Optional.empty());
  }

  private SwitchTimes once(EpochSpec next) throws InterruptedException {
    Map<SwitchTimes.Part, Long> times = new EnumMap<>(SwitchTimes.Part.class);
    long collected = active.predecessor();
    open(next);
    long begin = System.nanoTime();
    CheckedCalls.on(redis, new ExecutorCall.Stage(next));
    times.put(SwitchTimes.Part.STAGED, System.nanoTime() - begin);
    CheckedCalls.on(store, new ExecutorCall.Stage(next));
    begin = System.nanoTime();
    CheckedCalls.on(redis, new ExecutorCall.Prepare(next));
    times.put(SwitchTimes.Part.VOTED, System.nanoTime() - begin);
    CheckedCalls.on(services, new ExecutorCall.Prepare(next));
    publish(next, times);
    begin = System.nanoTime();
    long _ = cluster.exchange(libraries(next));
    times.put(SwitchTimes.Part.LOADED, System.nanoTime() - begin);
    close();
    if (collected > 0) {
      CheckedCalls.on(redis, new ExecutorCall.Discard(collected));
      CheckedCalls.on(store, new ExecutorCall.Discard(collected));
    }
    return new SwitchTimes(times);
  }

  private void publish(EpochSpec next, Map<SwitchTimes.Part, Long> times)
      throws InterruptedException {
    var seen = watched.until(next.epoch());
    long begin = System.nanoTime();
    commit(next);
    long committed = System.nanoTime();
    times.put(SwitchTimes.Part.COMMITTED, committed - begin);
    CheckedCalls.on(redis, new ExecutorCall.Publish(next));
    times.put(SwitchTimes.Part.PUBLISHED, System.nanoTime() - committed);
    CheckedCalls.soon(redis, new ExecutorCall.Converge(next));
    CheckedCalls.soon(services, new ExecutorCall.Converge(next));
    times.put(SwitchTimes.Part.CONFIRMED, System.nanoTime() - committed);
    var each = seen.sorted();
    times.put(SwitchTimes.Part.FIRST, each.getFirst() - committed);
    times.put(SwitchTimes.Part.LAST, each.getLast() - committed);
    times.put(SwitchTimes.Part.SPREAD, each.getLast() - each.getFirst());
  }

  private void stage(EpochSpec next) throws InterruptedException {
    for (var each : List.of(redis, store)) {
      CheckedCalls.on(each, new ExecutorCall.Stage(next));
    }
  }

  private EpochSpec next(PolicySet set, String digest) {
    return new EpochSpec(
        CHANGE,
        active.epoch() + 1,
        digest,
        set,
        active.epoch(),
        Optional.empty(),
        Optional.empty());
  }

  /** Tells the services which epoch to fetch; the rest of a change is nobody's business here. */
  private void open(EpochSpec next) throws InterruptedException {
    var change = CanonicalJson.bytes(Map.of("epoch", next.epoch()));
    write(
        List.of(
            new Write.Put(StoreKeys.change(CHANGE), change),
            new Write.Put(StoreKeys.OPEN, CHANGE.getBytes(StandardCharsets.UTF_8))),
        LEADS);
  }

  private void close() throws InterruptedException {
    write(
        List.of(new Write.Delete(StoreKeys.OPEN), new Write.Delete(StoreKeys.change(CHANGE))),
        LEADS);
  }

  private void commit(EpochSpec next) throws InterruptedException {
    active = new CommittedEpoch(next.epoch(), next.digest(), CHANGE, TERM, next.predecessor());
    write(List.of(new Write.Put(StoreKeys.ACTIVE, active.bytes())), LEADS);
  }

  private void write(List<Write> writes, List<Condition> conditions) throws InterruptedException {
    var result = state.transact(new Transaction(conditions, writes));
    if (!(result instanceof Result.Applied)) {
      throw new IllegalStateException("the result of a transaction is " + result);
    }
  }

  /** The library that every primary has by now, to be loaded once more. */
  private Map<HostPort, RespBatch> libraries(EpochSpec live) {
    String source = FunctionLibrary.source(TERM, live.epoch(), live.digest(), live.predecessor());
    var load = RespBatch.one("FUNCTION", "LOAD", "REPLACE", source);
    Map<HostPort, RespBatch> loads = new LinkedHashMap<>();
    cluster.primaries().forEach(p -> loads.put(p, load));
    return loads;
  }

  private static byte[] text(long number) {
    return Long.toString(number).getBytes(StandardCharsets.UTF_8);
  }
}
