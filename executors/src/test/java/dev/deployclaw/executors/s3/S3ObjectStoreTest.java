package dev.deployclaw.executors.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.core.spi.ObjectStore.Put;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.S3Server;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ObjectStoreTest {
  private static final byte[] BYTES = "{\"v\":1}".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER = "{\"v\":2}".getBytes(StandardCharsets.UTF_8);

  @TempDir static Path folder;
  static S3Server s3;
  static S3ObjectStore store;

  @BeforeAll
  static void start() {
    s3 = S3Server.start(folder);
    store = new S3ObjectStore(settings(s3, s3.secretKey(), Duration.ofSeconds(30)));
  }

  @AfterAll
  static void stop() {
    store.close();
    s3.close();
  }

  private static S3Settings settings(S3Server server, String secret, Duration timeout) {
    return new S3Settings(
        URI.create(server.endpoint()),
        "us-east-1",
        server.bucket(),
        server.accessKey(),
        secret,
        true,
        timeout,
        TlsSettings.DEFAULT);
  }

  @Test
  void givesBackWhatItCreated() throws InterruptedException {
    assertThat(store.create("checkpoints/a.json", BYTES)).isInstanceOf(Put.Created.class);

    var read = store.read("checkpoints/a.json");

    assertThat(((Get.Found) read).bytes()).isEqualTo(BYTES);
    assertThat(store.locate("checkpoints/a.json"))
        .isEqualTo("s3://" + s3.bucket() + "/checkpoints/a.json");
  }

  @Test
  void neverOverwrites() throws InterruptedException {
    store.create("checkpoints/b.json", BYTES);

    assertThat(store.create("checkpoints/b.json", OTHER)).isInstanceOf(Put.AlreadyThere.class);
    assertThat(((Get.Found) store.read("checkpoints/b.json")).bytes()).isEqualTo(BYTES);
  }

  @Test
  void saysThatThereIsNoSuchObject() throws InterruptedException {
    assertThat(store.read("checkpoints/none.json")).isInstanceOf(Get.Absent.class);
  }

  @Test
  void saysThatItIsDenied() throws InterruptedException {
    try (var stranger = new S3ObjectStore(settings(s3, "wrong", Duration.ofSeconds(30)))) {
      var put = stranger.create("checkpoints/c.json", BYTES);

      assertThat(((Put.Failed) put).fault()).isInstanceOf(CallFault.Denied.class);
    }
  }

  @Test
  void saysThatAnAnswerWasLostThenThatNobodyIsThere(@TempDir Path own) throws InterruptedException {
    try (var server = S3Server.spawn(own);
        var hasty =
            new S3ObjectStore(settings(server, server.secretKey(), Duration.ofSeconds(2)))) {
      hasty.create("warm", BYTES);
      server.daemons().getFirst().pause();
      var lost = hasty.create("d", BYTES);
      server.daemons().getFirst().resume();
      server.daemons().getFirst().kill();

      assertThat(((Put.Failed) lost).fault()).isInstanceOf(CallFault.Unknown.class);
      BoundedWait.until("a refused connection", Duration.ofSeconds(60), () -> refused(hasty));
    }
  }

  /** Kept connections of a dead server may first be noticed as lost answers. */
  private static boolean refused(S3ObjectStore store) {
    try {
      return store.create("e", BYTES) instanceof Put.Failed(CallFault.Unavailable _);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keepsTheSecretToItself() {
    assertThat(settings(s3, s3.secretKey(), Duration.ofSeconds(1)).toString())
        .doesNotContain(s3.secretKey());
  }
}
