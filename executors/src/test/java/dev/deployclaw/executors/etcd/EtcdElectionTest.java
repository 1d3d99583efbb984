package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdElectionTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration BOUND = Duration.ofSeconds(90);

  @TempDir static Path folder;
  @AutoClose static EtcdServer etcd;

  @BeforeAll
  static void start() {
    etcd = EtcdServer.start(folder);
  }

  private static EtcdStateStore store(String domain) {
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(etcd.endpoint()),
            "/" + domain + "/",
            Duration.ofSeconds(20),
            Optional.empty(),
            TlsSettings.DEFAULT));
  }

  private static Result write(EtcdStateStore store, Leadership as) throws InterruptedException {
    Write write = new Write.Put("x", new byte[] {1});
    return store.transact(new Transaction(as.conditions(), List.of(write)));
  }

  @Test
  void onlyOneLeadsAndEachTermIsHigher() throws InterruptedException {
    try (var store = store("one")) {
      var first = store.stand("a", LEASE).orElseThrow();
      assertThat(store.stand("b", LEASE)).isEmpty();
      first.close();
      var second = store.stand("b", LEASE).orElseThrow();

      assertThat(second.term()).isEqualTo(first.term() + 1);
      assertThat(second.holds()).isTrue();
      assertThat(first.holds()).isFalse();
      assertThat(write(store, second)).isInstanceOf(Result.Applied.class);
      assertThat(write(store, first)).isInstanceOf(Result.Refused.class);
      second.close();
    }
  }

  @Slow(
      guard = "dev.deployclaw.executors.etcd.EtcdElectionTest#aDeadLeadersKeyGoesWithItsLease",
      because = "it waits for longer than a lease")
  @Test
  void keepsTheLeadBeyondItsLease() throws InterruptedException {
    try (var store = store("kept");
        var lead = store.stand("a", SHORT).orElseThrow()) {
      long start = System.nanoTime();

      BoundedWait.until(
          "two leases to pass or the lead to be lost",
          BOUND,
          () -> !lead.holds() || System.nanoTime() - start > SHORT.multipliedBy(2).toNanos());

      assertThat(lead.holds()).isTrue();
      assertThat(write(store, lead)).isInstanceOf(Result.Applied.class);
    }
  }

  @Test
  void stopsByItselfWhenTheLeaseCannotBeRenewed(@TempDir Path own) throws InterruptedException {
    try (var server = EtcdServer.start(own);
        var store =
            new EtcdStateStore(
                new EtcdSettings(
                    List.of(server.endpoint()),
                    "/t/",
                    Duration.ofSeconds(5),
                    Optional.empty(),
                    TlsSettings.DEFAULT))) {
      var lead = store.stand("a", SHORT).orElseThrow();
      assertThat(lead.holds()).isTrue();

      server.daemon().pause();
      BoundedWait.until("the lead to be given up", BOUND, () -> !lead.holds());
      server.daemon().resume();

      assertThat(lead.holds()).isFalse();
    }
  }

  @Test
  void aDeadLeadersKeyGoesWithItsLease() throws InterruptedException {
    try (var heir = store("heir")) {
      var dead = store("heir");
      assertThat(dead.stand("a", SHORT)).isPresent();
      dead.close();

      BoundedWait.until("the lease to run out", BOUND, () -> stands(heir));
    }
  }

  private static boolean stands(EtcdStateStore store) {
    try {
      return store.stand("b", LEASE).isPresent();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
