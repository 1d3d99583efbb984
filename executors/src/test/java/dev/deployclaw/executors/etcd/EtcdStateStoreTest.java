package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdStateStoreTest {
  /** Within it a client notices that its connection broke, and is refused the next. */
  private static final long REFUSED_MILLIS = 150;

  @TempDir static Path folder;
  @AutoClose static EtcdServer etcd;

  @BeforeAll
  static void start() {
    etcd = EtcdServer.start(folder);
  }

  private static EtcdStateStore store(String domain) {
    return store(domain, Duration.ofSeconds(30));
  }

  private static EtcdStateStore store(String domain, Duration timeout) {
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(etcd.endpoint()),
            "/test/" + domain + "/",
            timeout,
            Optional.empty(),
            TlsSettings.DEFAULT));
  }

  private static EtcdStateStore storeBehind(int port) {
    var endpoints = List.of("http://" + HostPort.loopback(port));
    return new EtcdStateStore(
        new EtcdSettings(
            endpoints,
            "/test/relay/",
            Duration.ofSeconds(30),
            Optional.empty(),
            TlsSettings.DEFAULT));
  }

  private static Write put(String key, String value) {
    return new Write.Put(key, bytes(value));
  }

  private static byte[] bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  private static Result transact(EtcdStateStore store, Condition condition, Write... writes)
      throws InterruptedException {
    return store.transact(new Transaction(List.of(condition), List.of(writes)));
  }

  @Test
  void writesAllOrNothing() throws InterruptedException {
    try (var store = store("all")) {
      var first = transact(store, new Condition.Absent("a"), put("a", "1"), put("b", "1"));
      var second = transact(store, new Condition.Absent("a"), put("a", "2"), put("b", "2"));

      assertThat(first).isInstanceOf(Result.Applied.class);
      assertThat(second).isInstanceOf(Result.Refused.class);
      assertThat(store.get("b").map(Entry::value)).contains(bytes("1"));
      assertThat(store.get("none")).isEmpty();
    }
  }

  /** gRPC tells of a refused connection for a second, however soon etcd is back. */
  @Test
  void answersAsSoonAsEtcdIsBack() throws Exception {
    int port = FreePortFinder.free();
    try (var store = storeBehind(port)) {
      try (var _ = TcpRelay.open(port, etcd.address())) {
        assertThat(store.get("none")).isEmpty();
      }
      Thread.sleep(REFUSED_MILLIS);
      try (var _ = TcpRelay.open(port, etcd.address())) {
        var written = transact(store, new Condition.Absent("a"), put("a", "1"));

        assertThat(written).isInstanceOf(Result.Applied.class);
      }
    }
  }

  @Test
  void readsSomeKeysInOneTransaction() throws InterruptedException {
    try (var store = store("some")) {
      transact(store, new Condition.Absent("a"), put("a", "1"), put("b", "2"), put("c", "3"));

      var found = store.get(List.of("c", "none", "a"));

      assertThat(found).extracting(Entry::key).containsExactly("c", "a");
      assertThat(found.getFirst().value()).isEqualTo(bytes("3"));
      assertThat(store.get(List.of())).isEmpty();
    }
  }

  @Test
  void comparesRevisionsAndValues() throws InterruptedException {
    try (var store = store("compare")) {
      transact(store, new Condition.Absent("a"), put("a", "1"));
      long revision = store.get("a").orElseThrow().modRevision();

      var moved = transact(store, new Condition.Unmoved("a", revision), put("a", "2"));
      var stale = transact(store, new Condition.Unmoved("a", revision), put("a", "3"));
      var holds = transact(store, new Condition.Holds("a", bytes("2")), new Write.Delete("a"));
      var gone = transact(store, new Condition.Holds("a", bytes("2")), put("a", "4"));

      assertThat(moved).isInstanceOf(Result.Applied.class);
      assertThat(stale).isInstanceOf(Result.Refused.class);
      assertThat(holds).isInstanceOf(Result.Applied.class);
      assertThat(gone).isInstanceOf(Result.Refused.class);
    }
  }

  @Test
  void listsEverythingBelowAPrefixInOrderAcrossPages() throws InterruptedException {
    try (var store = store("list")) {
      List<Write> writes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        writes.add(put("audit/x/%08d".formatted(i), "" + i));
      }
      writes.add(put("auditing", "no"));
      store.transact(new Transaction(List.of(), writes));

      List<Entry> entries = store.list("audit/");

      assertThat(entries).hasSize(100).isSortedAccordingTo((a, b) -> a.key().compareTo(b.key()));
      assertThat(entries.getLast().key()).isEqualTo("audit/x/00000099");
    }
  }

  @Test
  void clearsWhatIsBelowAPrefixInItsDomainAndNothingElse() throws InterruptedException {
    try (var store = store("clear");
        var other = store("clear-not")) {
      for (int batch = 0; batch < 3; batch++) {
        List<Write> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          writes.add(put("audit/x/%08d".formatted(batch * 100 + i), "" + i));
        }
        store.transact(new Transaction(List.of(), writes));
      }
      transact(store, new Condition.Absent("a"), put("audit/x", "1"));
      transact(store, new Condition.Absent("a"), put("audit/xy/1", "1"));
      transact(other, new Condition.Absent("a"), put("audit/x/1", "1"));

      var refused = transact(store, new Condition.Absent("audit/x"), new Write.Clear("audit/x/"));
      assertThat(refused).isInstanceOf(Result.Refused.class);
      assertThat(store.list("audit/x/")).hasSize(300);
      var done =
          store.transact(
              new Transaction(
                  List.of(new Condition.Holds("audit/x", bytes("1"))),
                  List.of(put("audit-copy/x", "there"), new Write.Clear("audit/x/"))));

      assertThat(done).isInstanceOf(Result.Applied.class);
      assertThat(store.keys("audit")).containsExactly("audit-copy/x", "audit/x", "audit/xy/1");
      assertThat(other.keys("audit")).containsExactly("audit/x/1");
    }
  }

  @Test
  void keepsDomainsApart() throws InterruptedException {
    try (var one = store("one");
        var two = store("two")) {
      transact(one, new Condition.Absent("a"), put("a", "1"));

      assertThat(two.get("a")).isEmpty();
      assertThat(two.list("")).isEmpty();
    }
  }

  @Test
  void refusesTooLargeATransactionAsABug() {
    try (var store = store("large")) {
      List<Write> writes = new ArrayList<>();
      for (int i = 0; i < 129; i++) {
        writes.add(put("k" + i, ""));
      }

      assertThatThrownBy(() -> store.transact(new Transaction(List.of(), writes)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** As where the client's own start takes so long. */
  @Test
  void givesTheFirstCallMoreTime(@TempDir Path own) throws Exception {
    try (var server = EtcdServer.start(own);
        var store = impatient(server);
        var later = Executors.newSingleThreadScheduledExecutor()) {
      server.daemon().pause();
      var resumed = later.schedule(server.daemon()::resume, 2, TimeUnit.SECONDS);

      assertThat(store.get("a")).isEmpty();

      resumed.get();
      server.daemon().pause();
      assertThatThrownBy(() -> store.get("a")).isInstanceOf(Unreachable.class);
      server.daemon().resume();
    }
  }

  @Test
  void saysThatAnAnswerWasLost(@TempDir Path own) throws InterruptedException {
    try (var server = EtcdServer.start(own);
        var store = impatient(server)) {
      assertThat(store.get("a")).isEmpty();
      server.daemon().pause();

      var lost = transact(store, new Condition.Absent("a"), put("a", "1"));
      server.daemon().resume();

      assertThat(lost).isInstanceOf(Result.Unknown.class);
    }
  }

  @Test
  void saysThatNobodyIsThereAndFindsTheServerAgain(@TempDir Path own) throws InterruptedException {
    try (var server = EtcdServer.start(own);
        var store = impatient(server)) {
      assertThat(store.get("a")).isEmpty();

      server.daemon().kill();
      BoundedWait.until("a refused connection", Duration.ofSeconds(60), () -> refuses(store));
      server.restart();

      BoundedWait.until("an answer", Duration.ofSeconds(60), () -> answers(store));
    }
  }

  private static EtcdStateStore impatient(EtcdServer server) {
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(server.endpoint()),
            "/t/",
            Duration.ofSeconds(1),
            Optional.empty(),
            TlsSettings.DEFAULT));
  }

  /** A dead server's connection may first be noticed as a lost answer. */
  private static boolean refuses(EtcdStateStore store) {
    try {
      return !(transact(store, new Condition.Absent("a"), put("b", "1")) instanceof Result.Unknown);
    } catch (Unreachable e) {
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean answers(EtcdStateStore store) {
    try {
      return store.get("b").isEmpty();
    } catch (Unreachable e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
