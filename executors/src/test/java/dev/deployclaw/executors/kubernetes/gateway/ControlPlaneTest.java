package dev.deployclaw.executors.kubernetes.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.server.SharedDocker;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** A real control plane answers the dry run of our write as the test API server does. */
class ControlPlaneTest {
  private static final String K3S = "rancher/k3s:v1.34.1-k3s1";
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int CONFLICT = 409;
  private static final String STAGED = "deployclaw-gw-1";

  @TempDir Path folder;

  @Test
  void theTestServerTakesOurWriteAndStoresNothing() throws Exception {
    try (var server = ApiServer.start();
        var link = Estate.link(folder, server.url().toString())) {
      server.put(
          "/api/v1/namespaces/default",
          "kubectl-create",
          Estate.json("{'metadata':{'name':'default'}}"));
      takesOurWriteAndStoresNothing(link.api());
    }
  }

  @Slow(
      guard =
          "dev.deployclaw.executors.kubernetes.gateway.ControlPlaneTest"
              + "#theTestServerTakesOurWriteAndStoresNothing",
      because = "it pulls and starts a k3s")
  @Test
  void aRealServerTakesOurWriteAndStoresNothing() throws Exception {
    var missing = SharedDocker.missing(K3S);
    missing.ifPresent(why -> System.out.println("ControlPlaneTest skips k3s: " + why));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    try (var k3s = new K3sContainer(DockerImageName.parse(K3S))) {
      k3s.start();
      Path file = Files.writeString(folder.resolve("k3s"), k3s.getKubeConfigYaml());
      var access = new KubernetesConnection.Access(Optional.of(file), Optional.empty());
      try (var link = new KubernetesConnection(access, LONG)) {
        takesOurWriteAndStoresNothing(link.api());
      }
    }
  }

  private static void takesOurWriteAndStoresNothing(KubernetesApi api) throws Exception {
    var made = api.create(ResourceKind.DEPLOYMENTS, deployment());

    BoundedWait.until("no controller writes meanwhile", LONG, () -> takesOurWrite(api));

    var now = api.get(ResourceKind.DEPLOYMENTS, "default", "gw").orElseThrow();
    assertThat(now.getSpec()).isEqualTo(made.getSpec());
  }

  private static boolean takesOurWrite(KubernetesApi api) {
    try {
      var found = api.get(ResourceKind.DEPLOYMENTS, "default", "gw").orElseThrow();
      var ours = AppliedFields.of(found);
      ours.rename("conf", STAGED);
      var manifest = ours.manifest(found);
      var mode = KubernetesApi.Mode.DRY_RUN;
      var answer = api.apply(ResourceKind.DEPLOYMENTS, found, manifest, mode).orElseThrow();
      var pod = answer.getSpec().getTemplate().getSpec();
      assertThat(pod.getVolumes().getFirst().getConfigMap().getName()).isEqualTo(STAGED);
      assertThat(pod.getContainers())
          .isEqualTo(found.getSpec().getTemplate().getSpec().getContainers());
      return true;
    } catch (KubernetesException e) {
      assertThat(e.status()).as(e.fault().reason()).isEqualTo(CONFLICT);
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without pods: nothing of it has to run. */
  private static Deployment deployment() {
    var made = Serialization.unmarshal(Estate.deployment().toString(), Deployment.class);
    made.getMetadata().setNamespace("default");
    made.getSpec().setReplicas(0);
    return made;
  }
}
