package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.look;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The way of an epoch against fabric8's own mock of an API server, which knows no server-side
 * apply: there the same is said by a JSON patch.
 */
class CrudMockTest {
  /** Held, since a logger's level lasts only as long as the logger. */
  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

  static {
    REQUESTS.setLevel(Level.WARNING);
  }

  /** The mock would store what is only tried. */
  private static final class WithoutDryRuns extends KubernetesCrudDispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      return request.getPath().endsWith("&dryRun=All")
          ? new MockResponse()
              .setResponseCode(200)
              .setBody("{\"metadata\":{\"resourceVersion\":\"1\"}}")
          : super.dispatch(request);
    }
  }

  @TempDir Path folder;

  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(), new MockWebServer(), new HashMap<>(), new WithoutDryRuns(), false);
  private NamespacedKubernetesClient client;
  private KubernetesConnection link;
  private KubernetesGatewayExecutor executor;

  @BeforeEach
  void start() {
    server.init();
    client = server.createClient();
    link = Estate.link(folder, "http://" + server.getHostName() + ":" + server.getPort());
    executor =
        new KubernetesGatewayExecutor(
            link, Estate.settings(List.of(Estate.gateway("gw")), 900 * 1024));
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName("edge").endMetadata().build())
        .create();
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("edge")
                .withName("by-hand")
                .endMetadata()
                .withData(Map.of("nginx.conf", Estate.BY_HAND))
                .build())
        .create();
    client.resource(KubernetesJson.read(Estate.deployment().toString(), Deployment.class)).create();
  }

  @AfterEach
  void stop() {
    link.close();
    client.close();
    server.destroy();
  }

  @Test
  void carriesAnEpochThroughAndBack() throws Exception {
    var first = activation(set(1), 1);
    var observed = ask(new ExecutorCall.Observe());
    assertThat(observed.answer()).as(observed.reason()).isEqualTo(Answer.YES);

    isYes(ask(new ExecutorCall.Stage(first)));
    isYes(ask(new ExecutorCall.Stage(first)));
    isYes(prepared(first));
    assertThat(ask(new ExecutorCall.Publish(first)).facts()).containsEntry("changed", true);
    rollOut();
    isYes(ask(new ExecutorCall.Converge(first)));
    assertThat(ask(look("scan")).facts()).containsEntry("managed", true);
    assertThat(reference()).startsWith("deployclaw-gw-e1-");

    var back = Estate.restoring(observed, 2);
    isYes(ask(new ExecutorCall.Stage(back)));
    isYes(ask(new ExecutorCall.Publish(back)));
    rollOut();
    isYes(ask(new ExecutorCall.Converge(back)));
    assertThat(reference()).isEqualTo("by-hand");
    isYes(ask(new ExecutorCall.Discard(1)));
    assertThat(client.configMaps().inNamespace("edge").list().getItems())
        .extracting(m -> m.getMetadata().getName())
        .noneMatch(n -> n.contains("-e1-"));
  }

  /** The mock runs no pods: a node does what the pod says. */
  private MemberReport prepared(EpochSpec activation) throws Exception {
    var pods = client.pods().inNamespace("edge");
    var node =
        Thread.ofVirtual()
            .start(() -> {
              var check = pods.withName("deployclaw-gw-e1-preflight");
              while (!Thread.currentThread().isInterrupted()) {
                var pod = check.get();
                if (pod != null) {
                  check.editStatus(CrudMockTest::ended);
                  return;
                }
                Thread.onSpinWait();
              }
            });
    try {
      return ask(new ExecutorCall.Prepare(activation));
    } finally {
      node.interrupt();
      node.join();
    }
  }

  private static Pod ended(Pod pod) {
    return new PodBuilder(pod)
        .withNewStatus()
        .withPhase("Succeeded")
        .addNewContainerStatus()
        .withName("check")
        .withNewState()
        .withNewTerminated()
        .withExitCode(0)
        .withReason("Completed")
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private void rollOut() {
    var named = client.apps().deployments().inNamespace("edge").withName("gw");
    var deployment = named.get();
    client.pods().inNamespace("edge").withLabel("app", "gw").delete();
    for (int i = 0; i < 2; i++) {
      client
          .resource(
              new PodBuilder()
                  .withNewMetadata()
                  .withNamespace("edge")
                  .withName("gw-" + deployment.getMetadata().getResourceVersion() + "-" + i)
                  .withLabels(Map.of("app", "gw"))
                  .endMetadata()
                  .withSpec(deployment.getSpec().getTemplate().getSpec())
                  .withNewStatus()
                  .addNewCondition()
                  .withType("Ready")
                  .withStatus("True")
                  .endCondition()
                  .endStatus()
                  .build())
          .create();
    }
    var generation = deployment.getMetadata().getGeneration();
    named.editStatus(d ->
        new DeploymentBuilder(d)
            .withNewStatus()
            .withObservedGeneration(generation == null ? 0 : generation)
            .withReplicas(2)
            .withUpdatedReplicas(2)
            .withAvailableReplicas(2)
            .endStatus()
            .build());
  }

  private String reference() {
    return client
        .apps()
        .deployments()
        .inNamespace("edge")
        .withName("gw")
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getVolumes()
        .getFirst()
        .getConfigMap()
        .getName();
  }

  private MemberReport ask(ExecutorCall call) {
    return Estate.ask(executor, call, 7).getFirst();
  }

  private static void isYes(MemberReport report) {
    assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
  }
}
