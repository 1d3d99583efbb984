package dev.deployclaw.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server as a container; the executors' own tests say that all work. */
@OnContainers
class ServerSourceTest {
  @Test
  void aContainerActsAsAProcessDoes(@TempDir Path folder) throws Exception {
    RedisNode node = RedisNode.start(folder);
    var daemon = node.daemon();

    assertThat(daemon).isInstanceOf(ContainerDaemon.class);
    assertThat(daemon.ports()).containsExactly(node.address().port());
    assertThat(Files.readString(daemon.log())).contains("Ready to accept connections");
    daemon.pause();
    assertThat(daemon.paused()).isTrue();
    daemon.resume();
    assertThat(daemon.paused()).isFalse();
    daemon.kill();
    assertThat(daemon.alive()).isFalse();
    assertThat(daemon.ports()).isEmpty();
    node.restart();
    assertThat(node.call("PING")).isEqualTo("PONG");
    node.close();
    assertThat(FreePortFinder.isFree(node.address().port())).isTrue();
    assertThatThrownBy(daemon::leave).hasMessageContaining("ends with this JVM");
  }

  @Test
  void refusesASourceThatDoesNotExist() {
    System.setProperty(ServerSource.PROPERTY, "elsewhere");
    try {
      assertThatThrownBy(ServerSource::chosen)
          .hasMessage("-Dservers=elsewhere: not processes or containers");
    } finally {
      System.setProperty(ServerSource.PROPERTY, ServerSource.CONTAINERS);
    }
  }

  @Test
  void knowsTheImageOfAProgram() {
    assertThat(OfficialImage.of("/usr/bin/redis-server").title()).isEqualTo("redis:8");
    assertThatThrownBy(() -> OfficialImage.of("/usr/bin/sh")).hasMessageContaining("/usr/bin/sh");
  }
}
