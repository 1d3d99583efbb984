package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.CountingStateStore;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.fake.FakeStoredSets;
import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of a policy set is used as long as it is what lies in the store, and no longer. */
class PolicySetCacheTest {
  private static final long LONGEST_SECONDS = 30;
  private static final String CHUNK = StoredPolicySet.chunkKey(7, 0);

  private final FakeStateStore store = new FakeStateStore();
  private final CountingStateStore counted = new CountingStateStore(store);
  private final PolicySetCache cache = new PolicySetCache();
  private final PolicySet set = FakeStoredSets.tenants(5, 60);

  @BeforeEach
  void store() {
    FakeStoredSets.store(store, 7, set);
  }

  @Test
  void aSetIsReadAndDecodedOnce() throws Exception {
    var first = read();

    assertThat(first).contains(set);
    assertThat(read().orElseThrow()).isSameAs(first.orElseThrow());
    assertThat(counted.reads("chunk")).isEqualTo(1);
  }

  @Test
  void damageAfterTheFirstReadIsFoundAndSoIsItsCure() throws Exception {
    var whole = store.get(CHUNK).orElseThrow().value();
    assertThat(read()).contains(set);

    store.put(CHUNK, new byte[] {1});
    assertThat(read()).isEmpty();
    store.delete(CHUNK);
    assertThat(read()).isEmpty();
    store.put(CHUNK, whole);
    assertThat(read()).contains(set);
    store.delete(StoredPolicySet.manifestKey(7));
    assertThat(read()).isEmpty();
  }

  /** Its digest is compared while it is parsed. */
  @Test
  void aLargeSetOfAnotherDigestIsNone() throws Exception {
    var large = FakeStoredSets.tenants(5_000, 60);
    byte[] bytes = large.bytes();
    assertThat(bytes).hasSizeGreaterThan(1 << 20);
    FakeStoredSets.store(store, 7, large);
    assertThat(read()).contains(large);

    for (byte[] other : List.of(bytes, new byte[bytes.length])) {
      var stored = StoredPolicySet.encode(other, "0".repeat(64));
      store.put(StoredPolicySet.manifestKey(7), stored.manifest());
      for (int i = 0; i < stored.chunks().size(); i++) {
        store.put(StoredPolicySet.chunkKey(7, i), stored.chunks().get(i));
      }
      assertThat(read()).isEmpty();
    }
  }

  @Test
  void anotherSetUnderTheSameNumberIsThatSet() throws Exception {
    assertThat(read()).contains(set);
    var other = FakeStoredSets.tenants(5, 61);

    FakeStoredSets.store(store, 7, other);

    assertThat(read()).contains(other);
  }

  /** As after the restore of a backup that knows nothing of the later set. */
  @Test
  void aStoreThatIsWhatItOnceWasIsBelieved() throws Exception {
    var backup = store.list("");
    FakeStoredSets.store(store, 7, FakeStoredSets.tenants(5, 61));
    assertThat(read()).isPresent();

    store.restore(backup);

    assertThat(read()).contains(set);
  }

  @Test
  void aDigestThatIsNotWantedReadsNoChunk() throws Exception {
    assertThat(cache.read(counted, 7, _ -> false)).isEmpty();
    assertThat(counted.reads("chunk")).isZero();
  }

  @Test
  void whatIsNotReadableIsNotKept() throws Exception {
    store.put(StoredPolicySet.manifestKey(7), new byte[] {'{'});

    assertThat(read()).isEmpty();
    FakeStoredSets.store(store, 7, set);
    assertThat(read()).contains(set);
  }

  /** Else a need for what is committed would wait for a store that hangs. */
  @Test
  void aKnownSetIsReadWhileAnotherIsDecoded() throws Exception {
    FakeStoredSets.store(store, 8, set);
    assertThat(read()).contains(set);
    var reached = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    var held =
        new ForwardingStateStore(store) {
          @Override
          public Optional<Entry> get(String key) throws InterruptedException {
            if (key.contains("chunk")) {
              reached.countDown();
              gate.await();
            }
            return super.get(key);
          }
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var slow = threads.submit(() -> cache.read(held, 8, _ -> true));
      reached.await();

      var known = threads.submit(this::read);

      assertThat(known.get(LONGEST_SECONDS, TimeUnit.SECONDS)).contains(set);
      gate.countDown();
      assertThat(slow.get(LONGEST_SECONDS, TimeUnit.SECONDS)).contains(set);
    } finally {
      gate.countDown();
    }
  }

  private Optional<PolicySet> read() throws InterruptedException {
    return cache.read(counted, 7, _ -> true);
  }
}
