package dev.deployclaw.bench.function;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.policy.wire.StoredPolicySet;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One Redis with an epoch of limits in force and its predecessor beside it, and an etcd that says
 * so. For one thread.
 */
public final class EpochStores implements AutoCloseable {
  public static final String PREFIX = "/deployclaw/bench/";
  private static final String CHANGE = "bench";
  private static final long TERM = 1;
  private static final long FIRST = 2;

  private final RedisNode redis;
  private final EtcdServer etcd;
  private final RawSocketPipe pipe;
  private final List<EpochPolicySet> sets;
  private long epoch = FIRST;

  private EpochStores(Path folder, List<PolicySet> sets) throws InterruptedException {
    this.sets = sets.stream().map(set -> new EpochPolicySet(0, set.digest(), set)).toList();
    redis = RedisNode.start(folder.resolve("redis"));
    etcd = EtcdServer.start(folder.resolve("etcd"));
    pipe = new RawSocketPipe(redis.address());
    try (var state = state()) {
      for (long each = FIRST - 1; each <= FIRST; each++) {
        var staged = of(each);
        stage(staged);
        store(state, staged);
      }
    }
    load();
    commit();
  }

  /** Each epoch has the next one of the sets. */
  public static EpochStores start(Path folder, List<PolicySet> sets) throws InterruptedException {
    return new EpochStores(folder, sets);
  }

  public RedisNode redis() {
    return redis;
  }

  public String etcd() {
    return etcd.endpoint();
  }

  public EpochPolicySet held() {
    return of(epoch);
  }

  RawSocketPipe pipe() {
    return pipe;
  }

  void forget(List<String> counterKeys) {
    for (String key : counterKeys) {
      var _ = pipe.exchange(RespBatch.one("DEL", key));
    }
  }

  public EpochPolicySet stageNext() throws InterruptedException {
    var next = of(epoch + 1);
    collect(of(epoch - 2));
    stage(next);
    try (var state = state()) {
      store(state, next);
      String change = CHANGE + next.epoch();
      put(state, "change/" + change, bytes("{\"epoch\":" + next.epoch() + "}"));
      put(state, "open", bytes(change));
    }
    return next;
  }

  public void flip() throws InterruptedException {
    epoch++;
    commit();
    load();
  }

  @Override
  public void close() {
    pipe.close();
    etcd.close();
    redis.close();
  }

  private EpochPolicySet of(long each) {
    var one = sets.get((int) (each % sets.size()));
    return new EpochPolicySet(each, one.digest(), one.set());
  }

  private void stage(EpochPolicySet staged) {
    var hashes = new StagedRules(staged.set(), staged.epoch(), staged.digest()).hashes();
    var _ = pipe.exchange(RespBatch.writes(hashes));
  }

  private void collect(EpochPolicySet old) {
    List<List<String>> all = new ArrayList<>();
    for (var hash : new StagedRules(old.set(), old.epoch(), old.digest()).hashes()) {
      var words = new ArrayList<>(List.of("HDEL", hash.key()));
      words.addAll(hash.fields().keySet());
      all.add(words);
    }
    var _ = pipe.exchange(RespBatch.of(all));
  }

  private void load() {
    String source = FunctionLibrary.source(TERM, epoch, held().digest(), epoch - 1);
    var _ = pipe.exchange(RespBatch.one("FUNCTION", "LOAD", "REPLACE", source));
  }

  private void commit() throws InterruptedException {
    try (var state = state()) {
      var active = new CommittedEpoch(epoch, held().digest(), CHANGE, TERM, epoch - 1);
      put(state, StoreKeys.ACTIVE, active.bytes());
    }
  }

  private EtcdStateStore state() {
    return new EtcdStateStore(EtcdSettings.of(etcd(), PREFIX));
  }

  /** Writes a set as a commit finds it. */
  public static void store(StateStore state, EpochPolicySet stored) throws InterruptedException {
    var parts = StoredPolicySet.encode(stored.set().bytes(), stored.digest());
    for (int i = 0; i < parts.chunks().size(); i++) {
      put(state, StoredPolicySet.chunkKey(stored.epoch(), i), parts.chunks().get(i));
    }
    put(state, StoredPolicySet.manifestKey(stored.epoch()), parts.manifest());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static void put(StateStore state, String key, byte[] value) throws InterruptedException {
    var result = state.transact(new Transaction(List.of(), List.of(new Write.Put(key, value))));
    if (!(result instanceof Result.Applied)) {
      throw new IllegalStateException(key + " resulted in " + result);
    }
  }
}
