package dev.deployclaw.executors.kubernetes.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.executors.kubernetes.K3sServer;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.k3s.K3sContainer;

/** What the executors ask of an API server, asked of a real control plane with its controllers. */
@Slow(
    guard = "dev.deployclaw.executors.kubernetes.gateway.ControlPlaneTest",
    because = "it pulls and starts a k3s")
@SuppressWarnings("NullAway.Init") // before all tests
class ControlPlaneK3sTest extends ControlPlaneCases {
  @TempDir static Path folder;

  private static K3sContainer k3s;
  private static KubernetesConnection link;

  @BeforeAll
  static void start() {
    var missing = K3sServer.missing();
    missing.ifPresent(why -> System.out.println("ControlPlaneK3sTest is skipped: " + why));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    k3s = K3sServer.start();
    link = K3sServer.link(k3s, folder, LONG);
  }

  @AfterAll
  @SuppressWarnings("NullAway") // where none could be had
  static void stop() {
    if (k3s != null) {
      link.close();
      k3s.close();
    }
  }

  @Override
  KubernetesConnection link() {
    return link;
  }
}
