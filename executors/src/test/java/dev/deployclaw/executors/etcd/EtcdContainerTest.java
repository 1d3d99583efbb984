package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.NetworkedContainer;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.server.OnContainers;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The state store's contract on a container, and a link that only Docker can cut. */
@OnContainers
@Slow(
    guard = "dev.deployclaw.executors.etcd.EtcdStateStoreTest",
    because = "it starts a Docker daemon and makes an image")
class EtcdContainerTest extends EtcdStateStoreTest {
  @Test
  void doesNotKnowWhatACutOffServerDidAndFindsItAgain() throws InterruptedException {
    try (var server = etcd();
        var store = impatient(server.url())) {
      assertThat(store.get("a")).isEmpty();
      server.disconnect();

      var lost =
          store.transact(
              new Transaction(
                  List.of(new Condition.Absent("a")), List.of(new Write.Put("a", new byte[] {1}))));
      server.reconnect();

      assertThat(lost).isInstanceOf(Result.Unknown.class);
      BoundedWait.until("an answer", Duration.ofSeconds(60), () -> answers(store));
    }
  }

  private static NetworkedContainer etcd() {
    String listen = "http://0.0.0.0:2379";
    var arguments =
        List.of(
            "--data-dir=/etcd-data",
            "--listen-client-urls=" + listen,
            "--advertise-client-urls=" + listen,
            "--unsafe-no-fsync");
    var etcd =
        NetworkedContainer.start(
            new NetworkedContainer.Launch(OfficialImage.ETCD, 2379, arguments, List.of()));
    BoundedWait.until(
        "etcd is healthy",
        Duration.ofSeconds(60),
        () -> ServerReadiness.get(etcd.address(), "/health").contains("\"health\":\"true\""));
    return etcd;
  }

  private static EtcdStateStore impatient(String url) {
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(url), "/t/", Duration.ofSeconds(3), Optional.empty(), TlsSettings.DEFAULT));
  }

  private static boolean answers(EtcdStateStore store) {
    try {
      store.get("a");
      return true;
    } catch (Unreachable e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
