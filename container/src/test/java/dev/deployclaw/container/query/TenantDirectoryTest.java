package dev.deployclaw.container.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchRuntimeException;

import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.query.TenantDirectory.Search;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.CountingStateStore;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStoredSets;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Thousands of tenants are read once for an epoch, and found page by page. */
class TenantDirectoryTest {
  private static final int TENANTS = 3_000;
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final FakeEstate world = new FakeEstate();
  private final CountingStateStore counted = new CountingStateStore(world.store);
  private final TenantDirectory directory = directory(counted, LONGEST);

  @BeforeEach
  void commit() {
    commit(1, FakeStoredSets.tenants(TENANTS, 60));
  }

  @Test
  void anyNumberOfViewsReadTheSetOnceAndThenOnlyWhichIsCommitted() throws Exception {
    directory.prepare();

    assertThat(pages("")).hasSize(TENANTS).isSorted().doesNotHaveDuplicates();
    for (int i = 0; i < 100; i++) {
      assertThat(directory.tenant("tenant-%05d".formatted(i))).isPresent();
    }

    assertThat(counted.reads("policy/1/chunk")).isEqualTo(1);
    assertThat(counted.reads("policy/1/manifest")).isEqualTo(1);
    assertThat(counted.reads(StoreKeys.ACTIVE)).isLessThan(300);
  }

  /** Heartbeats, scans and questions look at the same set. */
  @Test
  void whatElseReadsTheSetReadsTheOneThatIsKnown() throws Exception {
    var ports = ports(counted);
    var shared = new TenantDirectory(() -> new QueryService(ports, world.settings("agent")));
    assertThat(pages(shared, "")).hasSize(TENANTS);

    for (int i = 0; i < 5; i++) {
      var queries = new QueryService(ports, world.settings("agent"));
      queries.heartbeat(LONGEST);
      assertThat(queries.scan().known().committed()).isSameAs(queries.policies().set());
      assertThat(shared.set(1)).isSameAs(queries.policies().set());
    }

    assertThat(counted.reads("policy/1/chunk")).isEqualTo(1);
  }

  @Test
  void aPageOfASearchGoesOnBehindTheLastOfThePageBefore() throws Exception {
    var gold = new ArrayList<String>();
    for (int i = 0; i < TENANTS; i += 3) {
      gold.add("tenant-%05d".formatted(i));
    }

    assertThat(pages("TIER=gold orders")).isEqualTo(gold);
    assertThat(pages("tenant-00017")).containsExactly("tenant-00017");
    assertThat(pages("no-such")).isEmpty();
    var behindNobody = directory.find(Search.of("tier=gold", Optional.of("tenant-00001"), 1));
    assertThat(names(behindNobody)).containsExactly("tenant-00003");
    assertThat(behindNobody).containsEntry("found", 1_000).containsEntry("all", TENANTS);
    var behindAll = directory.find(Search.of("", Optional.of("z"), 5));
    assertThat(names(behindAll)).isEmpty();
    assertThat(behindAll).doesNotContainKey("next").containsEntry("found", TENANTS);
  }

  @Test
  void anotherEpochIsSeenAtOnce() throws Exception {
    assertThat(directory.find(Search.of("", Optional.empty(), 1))).containsEntry("epoch", 1L);

    commit(2, FakeStoredSets.tenants(7, 60));

    assertThat(directory.find(Search.of("", Optional.empty(), 1)))
        .containsEntry("epoch", 2L)
        .containsEntry("all", 7);
  }

  @Test
  void whoLooksBeforeTheIndexIsFinishedIsToldSoAndSeesItLater() throws Exception {
    var gate = new CountDownLatch(1);
    var slow = directory(new ClosedStore(world.store, gate), Duration.ofMillis(1));

    var early = catchRuntimeException(() -> slow.find(Search.of("", Optional.empty(), 1)));

    var problem = ProblemCatalogue.expected(early).orElseThrow();
    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem.detail()).isEqualTo("the limits of epoch 1 are being read");
    assertThat(problem.headers()).containsEntry("Retry-After", "1");
    gate.countDown();
    BoundedWait.until("the index is there", LONGEST, () -> finds(slow));
  }

  @Test
  void anIndexThatCouldNotBeMadeIsMadeAtTheNextLook() throws Exception {
    world.store.delete("policy/1/manifest");
    assertThatExceptionOfType(Unreachable.class)
        .isThrownBy(() -> directory.find(Search.of("", Optional.empty(), 1)));

    commit(1, FakeStoredSets.tenants(TENANTS, 60));

    assertThat(finds(directory)).isTrue();
  }

  /** A store whose chunks come when a gate opens. */
  private static final class ClosedStore extends ForwardingStateStore {
    private final CountDownLatch gate;

    ClosedStore(StateStore store, CountDownLatch gate) {
      super(store);
      this.gate = gate;
    }

    @Override
    public Optional<Entry> get(String key) throws InterruptedException {
      if (key.contains("chunk")) {
        gate.await();
      }
      return super.get(key);
    }
  }

  private void commit(long epoch, PolicySet set) {
    FakeStoredSets.store(world.store, epoch, set);
    var active = new CommittedEpoch(epoch, set.digest(), "arch-1", 1, epoch - 1);
    world.store.put(StoreKeys.ACTIVE, active.bytes());
  }

  private TenantDirectory directory(StateStore store, Duration longestWait) {
    var ports = ports(store);
    return new TenantDirectory(() -> new QueryService(ports, world.settings("agent")), longestWait);
  }

  private AgentPorts ports(StateStore store) {
    return world.ports().behind(store, world.journal);
  }

  private static boolean finds(TenantDirectory from) {
    try {
      return !names(from.find(Search.of("", Optional.empty(), 1))).isEmpty();
    } catch (TenantDirectory.NotReadyException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> pages(String search) throws InterruptedException {
    return pages(directory, search);
  }

  /** All that is found, two hundred at a time. */
  private static List<String> pages(TenantDirectory from, String search)
      throws InterruptedException {
    var all = new ArrayList<String>();
    var after = Optional.<String>empty();
    do {
      var page = from.find(Search.of(search, after, 200));
      all.addAll(names(page));
      after = Optional.ofNullable(page.get("next")).map(String::valueOf);
    } while (after.isPresent());
    return all;
  }

  private static List<String> names(Map<String, Object> page) {
    return ((List<?>) page.getOrDefault("tenants", List.of()))
        .stream().map(row -> String.valueOf(((Map<?, ?>) row).get("tenant"))).toList();
  }
}
