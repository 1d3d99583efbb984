package dev.deployclaw.executors.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.core.spi.ObjectStore.Put;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.NetworkedContainer;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.server.OnContainers;
import dev.deployclaw.testkit.server.S3Server;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bucket whose link only Docker can cut. */
@OnContainers
@Slow(
    guard = "dev.deployclaw.executors.s3.S3ObjectStoreTest",
    because = "it starts a Docker daemon and makes an image")
class S3ContainerTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int PORT = 9000;
  private static final byte[] BYTES = "{\"v\":1}".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void anObjectIsUnknownWhileTheBucketIsCutOffAndCreatedOnce() throws Exception {
    try (var bucket = bucket();
        var store = new S3ObjectStore(settings(bucket.url()))) {
      BoundedWait.until("it takes objects", SOON, () -> takes(store));
      bucket.disconnect();

      var lost = store.create("checkpoint", BYTES);
      var unread = store.read("warm");
      bucket.reconnect();

      assertThat(((Put.Failed) lost).fault()).isInstanceOf(CallFault.Unknown.class);
      assertThat(unread).isInstanceOf(Get.Failed.class);
      BoundedWait.until("it is there", SOON, () -> isThere(store));
      assertThat(((Get.Found) store.read("checkpoint")).bytes()).isEqualTo(BYTES);
    }
  }

  private NetworkedContainer bucket() throws Exception {
    Files.writeString(
        folder.resolve("s3.properties"),
        "host=0.0.0.0\nport=%d\naccessKey=access\nsecretKey=secret\n".formatted(PORT));
    var arguments =
        List.of(
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            S3Server.class.getName(),
            folder.toString());
    var files = new ArrayList<>(NetworkedContainer.classPath(arguments));
    files.add(folder);
    var launch = new NetworkedContainer.Launch(OfficialImage.JAVA, PORT, arguments, files);
    var bucket = NetworkedContainer.start(launch);
    BoundedWait.until(
        "it answers", SOON, () -> ServerReadiness.get(bucket.address(), "/").contains("HTTP/1."));
    return bucket;
  }

  private static S3Settings settings(String url) {
    return new S3Settings(
        URI.create(url),
        "us-east-1",
        "deployclaw",
        "access",
        "secret",
        true,
        Duration.ofSeconds(3),
        TlsSettings.DEFAULT);
  }

  private static boolean takes(S3ObjectStore store) {
    return put(store, "warm") instanceof Put.Created;
  }

  /** Whether the first try had created it, or this one does. */
  private static boolean isThere(S3ObjectStore store) {
    var put = put(store, "checkpoint");
    return put instanceof Put.Created || put instanceof Put.AlreadyThere;
  }

  private static Put put(S3ObjectStore store, String name) {
    try {
      return store.create(name, BYTES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
