package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.lab.estate.DockerEnvironment;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab of which some gateways and what stands behind all of them are in containers. */
@Slow(
    guard = "dev.deployclaw.executors.docker.ContainerGatewayExecutorTest",
    because = "it starts an estate with containers of its own")
class DockerLabTest {
  private static final int GATEWAYS = 4;

  @TempDir Path folder;

  @Test
  void theRunNamesTheContainersThatTheDaemonLists() throws Exception {
    var missing = DockerEnvironment.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    List<DaemonProcess> daemons;
    Path lab;
    try (var scene = LabFixture.up(folder, new LabEstate.Size(GATEWAYS, false, true))) {
      lab = scene.lab().folder();
      daemons = scene.lab().daemons();

      var ran = scene.agent().run("run", DemoCommand.REQUEST, "--json");

      assertThat(ran.exit()).as(ran.err()).isZero();
      try (var client = TestDockerDaemon.connect(scene.config().docker().orElseThrow().host())) {
        int running = client.listContainersCmd().exec().size();
        assertThat(running)
            .isEqualTo(ReferenceScenario.SERVICES.size() + ReferenceScenario.NAMESPACES.size());
        assertThat(topology(ran.json()))
            .contains(
                "docker has %d containers (%d running, 0 unhealthy) in %d networks"
                    .formatted(running, running, networks(client)));
      }
      assertThat(scene.gateways()).hasSize(GATEWAYS - ReferenceScenario.NAMESPACES.size());
      assertThat(scene.gateways().getFirst().ask("wonka", "/orders/1").status()).isEqualTo(200);
    }
    assertThat(daemons).extracting(DaemonProcess::name).contains("dockerd");
    assertThat(daemons).noneMatch(DaemonProcess::alive);
    assertThat(lab).doesNotExist();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(lab.toString());
  }

  private static String topology(JsonNode log) {
    return log.at("/thought_log/0/detail").asText();
  }

  /** Those that have a container. */
  private static long networks(DockerClient client) {
    return client.listContainersCmd().exec().stream()
        .flatMap(
            c -> Objects.requireNonNull(c.getNetworkSettings()).getNetworks().keySet().stream())
        .distinct()
        .count();
  }
}
