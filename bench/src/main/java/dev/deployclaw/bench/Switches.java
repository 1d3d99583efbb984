package dev.deployclaw.bench;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.HostPort;
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
 * the predecessor collected. Each is held against a bare load of the same library.
 */
final class Switches {
  private static final long TERM = 1;
  private static final String CHANGE = "bench";
  private static final List<Condition> LEADS = List.of(new Condition.Holds(Keys.TERM, text(TERM)));

  private final BenchCluster cluster;
  private final StateStore state;
  private final Executor store;
  private final Executor redis;
  private final Executor services;
  private final Watched watched;
  private Active active = new Active(0, "", CHANGE, TERM, 0);

  /** Who takes part in each change. */
  record Crew(Executor store, Executor redis, Executor services) {}

  Switches(BenchCluster cluster, StateStore state, Crew crew, Watched watched) {
    this.cluster = cluster;
    this.state = state;
    this.store = crew.store();
    this.redis = crew.redis();
    this.services = crew.services();
    this.watched = watched;
  }

  /** Leads, and makes a first epoch live, before which no node can say what it decides by. */
  void begin(PolicySet set) throws InterruptedException {
    write(List.of(new Write.Put(Keys.TERM, text(TERM))), List.of());
    var first = next(set, set.digest());
    stage(first);
    commit(first);
    Agreed.on(redis, new Call.Publish(first));
  }

  Map<Switch.Part, Samples> run(PolicySet set, int warmUp, int rounds) throws InterruptedException {
    String digest = set.digest();
    Map<Switch.Part, List<Long>> nanos = new EnumMap<>(Switch.Part.class);
    for (int i = 0; i < warmUp + rounds; i++) {
      var times = once(next(set, digest)).times();
      if (i >= warmUp) {
        times.forEach((part, t) -> nanos.computeIfAbsent(part, _ -> new ArrayList<>()).add(t));
      }
    }
    Map<Switch.Part, Samples> samples = new EnumMap<>(Switch.Part.class);
    nanos.forEach((part, each) -> samples.put(part, new Samples(each)));
    return samples;
  }

  /** What is live, for whoever is asked to vote on it. */
  Activation live(PolicySet set) {
    return new Activation(
        CHANGE,
        active.epoch(),
        active.digest(),
        set,
        active.predecessor(),
        Optional.empty(),
        Optional.empty());
  }

  private Switch once(Activation next) throws InterruptedException {
    Map<Switch.Part, Long> times = new EnumMap<>(Switch.Part.class);
    long collected = active.predecessor();
    open(next);
    long begin = System.nanoTime();
    Agreed.on(redis, new Call.Stage(next));
    times.put(Switch.Part.STAGED, System.nanoTime() - begin);
    Agreed.on(store, new Call.Stage(next));
    begin = System.nanoTime();
    Agreed.on(redis, new Call.Prepare(next));
    times.put(Switch.Part.VOTED, System.nanoTime() - begin);
    Agreed.on(services, new Call.Prepare(next));
    publish(next, times);
    begin = System.nanoTime();
    long _ = cluster.exchange(libraries(next));
    times.put(Switch.Part.LOADED, System.nanoTime() - begin);
    close();
    if (collected > 0) {
      Agreed.on(redis, new Call.Discard(collected));
      Agreed.on(store, new Call.Discard(collected));
    }
    return new Switch(times);
  }

  private void publish(Activation next, Map<Switch.Part, Long> times) throws InterruptedException {
    var seen = watched.until(next.epoch());
    long begin = System.nanoTime();
    commit(next);
    long committed = System.nanoTime();
    times.put(Switch.Part.COMMITTED, committed - begin);
    Agreed.on(redis, new Call.Publish(next));
    times.put(Switch.Part.PUBLISHED, System.nanoTime() - committed);
    Agreed.soon(redis, new Call.Converge(next));
    Agreed.soon(services, new Call.Converge(next));
    times.put(Switch.Part.CONFIRMED, System.nanoTime() - committed);
    var each = seen.sorted();
    times.put(Switch.Part.FIRST, each.getFirst() - committed);
    times.put(Switch.Part.LAST, each.getLast() - committed);
    times.put(Switch.Part.SPREAD, each.getLast() - each.getFirst());
  }

  private void stage(Activation next) throws InterruptedException {
    for (var each : List.of(redis, store)) {
      Agreed.on(each, new Call.Stage(next));
    }
  }

  private Activation next(PolicySet set, String digest) {
    return new Activation(
        CHANGE,
        active.epoch() + 1,
        digest,
        set,
        active.epoch(),
        Optional.empty(),
        Optional.empty());
  }

  /** Tells the services which epoch to fetch; the rest of a change is nobody's business here. */
  private void open(Activation next) throws InterruptedException {
    var change = Canonical.bytes(Map.of("epoch", next.epoch()));
    write(
        List.of(
            new Write.Put(Keys.change(CHANGE), change),
            new Write.Put(Keys.OPEN, CHANGE.getBytes(StandardCharsets.UTF_8))),
        LEADS);
  }

  private void close() throws InterruptedException {
    write(List.of(new Write.Delete(Keys.OPEN), new Write.Delete(Keys.change(CHANGE))), LEADS);
  }

  private void commit(Activation next) throws InterruptedException {
    active = new Active(next.epoch(), next.digest(), CHANGE, TERM, next.predecessor());
    write(List.of(new Write.Put(Keys.ACTIVE, active.bytes())), LEADS);
  }

  private void write(List<Write> writes, List<Condition> conditions) throws InterruptedException {
    var result = state.transact(new Transaction(conditions, writes));
    if (!(result instanceof Result.Applied)) {
      throw new IllegalStateException("a transaction came to " + result);
    }
  }

  /** The library that every primary has by now, to be loaded once more. */
  private Map<HostPort, Batch> libraries(Activation live) {
    String source = FunctionLibrary.source(TERM, live.epoch(), live.digest(), live.predecessor());
    var load = Batch.one("FUNCTION", "LOAD", "REPLACE", source);
    Map<HostPort, Batch> loads = new LinkedHashMap<>();
    cluster.primaries().forEach(p -> loads.put(p, load));
    return loads;
  }

  private static byte[] text(long number) {
    return Long.toString(number).getBytes(StandardCharsets.UTF_8);
  }
}
