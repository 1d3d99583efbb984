package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the executors ask of an API server, asked of the test's. */
@SuppressWarnings("NullAway.Init") // before each test
class ControlPlaneTest extends ControlPlaneCases {
  @TempDir Path folder;

  private ApiServer server;
  private KubernetesConnection link;

  @BeforeEach
  void start() {
    server = ApiServer.start();
    link = Estate.link(folder, server.url().toString());
    server.put(
        "/api/v1/namespaces/" + NAMESPACE,
        "kubectl-create",
        Estate.json("{'metadata':{'name':'%s'},'status':{'phase':'Active'}}".formatted(NAMESPACE)));
  }

  @AfterEach
  void stop() {
    link.close();
    server.close();
  }

  @Override
  KubernetesConnection link() {
    return link;
  }
}
