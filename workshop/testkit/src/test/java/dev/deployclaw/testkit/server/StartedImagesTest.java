package dev.deployclaw.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Slow(
    guard = "dev.deployclaw.testkit.server.ContractResultTest",
    because = "it starts a Docker daemon and makes it forget")
class StartedImagesTest {
  /** It has two events at least. */
  private static final int VOLUMES = 150;

  @Test
  void knowsAnImageThatStartedSoLongAgoThatDockerForgot() throws Exception {
    assumeTrue(TestDockerDaemon.missing().isEmpty(), () -> TestDockerDaemon.missing().orElse(""));

    var result = ContractResult.of(Busy.class.getName(), ServerSource.CONTAINERS);

    assertThat(result.failures()).isEmpty();
    assertThat(result.images()).containsExactly(OfficialImage.ETCD.title());
  }

  /** What JUnit finds only where it is asked for. */
  static final class Busy {
    @TempDir Path folder;

    @Test
    void startsOneServerAndDoesMuchElse() throws Exception {
      try (var etcd = EtcdServer.start(folder)) {
        assertThat(etcd).isNotNull();
      }
      var client = SharedDocker.daemon().client();
      for (int i = 0; i < VOLUMES; i++) {
        client.createVolumeCmd().withName("forgets-" + i).exec();
        client.removeVolumeCmd("forgets-" + i).exec();
      }
    }
  }
}
