package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a host takes over of the options of its agent's JVM. */
class HostLaunchTest {
  @Test
  void beginsWithWhatTheJdkLearntOfAHost() {
    var agents =
        List.of("-XX:AOTCache=/opt/p/java-25-agent.aot", "-XX:AOTCacheOutput=/opt/new.aot");

    assertThat(HostLaunch.inherited(agents))
        .containsExactly("-XX:AOTCache=/opt/p/java-25-host.aot");
  }

  @Test
  void hasAHeapOfItsOwnAndTheAgentsOtherOptions() {
    var agents = List.of("-Xms16m", "-Xmx2g", "-Dvertx.disableFileCaching=true");

    assertThat(HostLaunch.inherited(agents)).containsExactly("-Dvertx.disableFileCaching=true");
  }
}
