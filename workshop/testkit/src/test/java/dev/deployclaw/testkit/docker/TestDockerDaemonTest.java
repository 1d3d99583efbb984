package dev.deployclaw.testkit.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDockerDaemonTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String CONFIG =
      "daemon off; events {} http { server { listen 8080; location / { return 200 inside; } } }";

  @TempDir Path folder;

  @BeforeEach
  void needsADaemonOfOurOwn() {
    Optional<String> missing = DockerdProcess.missing();
    missing.ifPresent(reason -> System.out.println("DockerTest is skipped: " + reason));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  @Test
  void runsNginxBehindAPublishedPortAndLeavesNothing() throws Exception {
    String bridge;
    try (TestDockerDaemon docker = TestDockerDaemon.start(folder.resolve("docker"))) {
      awaitAnswer(startNginx(docker));
      bridge = bridge(docker);
    }

    assertNothingIsLeft(bridge);
  }

  @Test
  void clearsAwayWhatAKilledDaemonLeft() throws Exception {
    String bridge;
    try (TestDockerDaemon docker = TestDockerDaemon.start(folder.resolve("docker"))) {
      awaitAnswer(startNginx(docker));
      bridge = bridge(docker);
      docker.own().orElseThrow().daemon().kill();
    }

    assertNothingIsLeft(bridge);
  }

  private HostPort startNginx(TestDockerDaemon docker) throws Exception {
    Path config = Files.writeString(folder.resolve("nginx.conf"), CONFIG);
    HostPort published = HostPort.loopback(FreePortFinder.free());
    String id =
        docker
            .client()
            .createContainerCmd(docker.nginxImage())
            .withLabels(docker.label())
            .withCmd("/usr/sbin/nginx", "-c", "/nginx.conf")
            .withExposedPorts(PortBinding.parse(published + ":8080").getExposedPort())
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withBinds(Bind.parse(config + ":/nginx.conf"))
                    .withPortBindings(PortBinding.parse(published + ":8080")))
            .exec()
            .getId();
    docker.client().startContainerCmd(id).exec();
    return published;
  }

  private static void awaitAnswer(HostPort published) {
    BoundedWait.until(
        "NGINX answers", LONG, () -> ServerReadiness.get(published, "/").endsWith("inside"));
  }

  private static String bridge(TestDockerDaemon docker) {
    return docker.own().orElseThrow().daemon().option("--bridge=");
  }

  private void assertNothingIsLeft(String bridge) throws Exception {
    assertThat(NetworkInterface.getByName(bridge)).isNull();
    assertThat(DockerdCleanup.mounts(folder)).isEmpty();
    assertThat(
            ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(folder.toString()))
                .filter(ProcessHandle::isAlive))
        .isEmpty();
    assertThat(Path.of("/sys/fs/cgroup", bridge)).doesNotExist();
    assertThat(Path.of("/sys/fs/cgroup/pids", bridge)).doesNotExist();
  }
}
