package dev.deployclaw.executors.docker;

import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a class on one daemon of Docker with containers of gateways. */
public abstract class ContainerEstateCases {
  @TempDir protected static Path root;

  protected static TestDockerDaemon docker;
  protected static ContainerEstate estate;

  @BeforeAll
  static void startDocker(TestInfo test) {
    docker = Daemons.start(root.resolve("docker"), test.getTestClass().orElseThrow());
    estate = new ContainerEstate(docker, root);
  }

  @AfterAll
  static void stopDocker() {
    if (docker != null) {
      docker.close();
    }
  }
}
