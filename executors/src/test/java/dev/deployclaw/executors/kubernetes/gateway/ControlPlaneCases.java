package dev.deployclaw.executors.kubernetes.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapStoreExecutor;
import dev.deployclaw.executors.kubernetes.configmap.ServedConfigMap;
import dev.deployclaw.executors.kubernetes.inspect.KubernetesInspectionExecutor;
import dev.deployclaw.executors.kubernetes.source.ConfigMapSourceExecutor;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.BoundedWait;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What the Kubernetes executors ask of any API server. The test plays neither a node nor a
 * controller, as it does in the tests of rollouts and faults, which the test server alone can have.
 */
abstract class ControlPlaneCases {
  static final String NAMESPACE = "default";
  static final Duration LONG = Duration.ofSeconds(60);

  private static final int CONFLICT = 409;
  private static final String STAGED = "deployclaw-gw-1";
  private static final PolicySet FIRST = SampleSets.of(30);
  private static final PolicySet SECOND = SampleSets.of(20);

  /** To a server with the namespace {@link #NAMESPACE}. */
  abstract KubernetesConnection link();

  @Test
  void takesOurWriteAndStoresNothing() throws Exception {
    var api = link().api();
    var made = api.create(ResourceKind.DEPLOYMENTS, deployment(NAMESPACE));

    BoundedWait.until("no controller writes meanwhile", LONG, () -> takesOurWrite(api));

    var now = api.get(ResourceKind.DEPLOYMENTS, NAMESPACE, "gw").orElseThrow();
    assertThat(now.getSpec()).isEqualTo(made.getSpec());
  }

  @Test
  void servesOneWholeEpochAfterTheOther() throws Exception {
    var stores =
        new ConfigMapStoreExecutor(
            link(), List.of(new ServedConfigMap("shop", NAMESPACE, "limits")));
    var first = Activations.of(FIRST, 1);
    var second = Activations.of(SECOND, 2);

    for (var epoch : List.of(first, second)) {
      yes(stores.execute(invocation(new ExecutorCall.Stage(epoch))));
      yes(stores.execute(invocation(new ExecutorCall.Prepare(epoch))));
      yes(stores.execute(invocation(new ExecutorCall.Publish(epoch))));
      yes(stores.execute(invocation(new ExecutorCall.Converge(epoch))));
    }

    assertThat(yes(stores.execute(invocation(new ExecutorCall.Observe()))).digest())
        .isEqualTo(SECOND.digest());
    assertThat(only(stores.execute(invocation(new ExecutorCall.Converge(first)))).answer())
        .isEqualTo(Answer.NO);
    yes(stores.execute(invocation(new ExecutorCall.Discard(1))));
    assertThat(configMap("deployclaw-limits-e1")).isEmpty();
    assertThat(configMap("limits").orElseThrow().getData().get("active"))
        .isEqualTo("{\"digest\":\"" + SECOND.digest() + "\",\"epoch\":2}");
  }

  @Test
  void writesADocumentBackUnderOurOwnNameAndLeavesTheOthers() throws Exception {
    var map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(NAMESPACE)
            .withName("policies")
            .withLabels(Map.of("policy", "rate-limits"))
            .endMetadata()
            .withData(Map.of("acme.yaml", "a: 1", "b", "c"))
            .build();
    link().api().create(ResourceKind.CONFIG_MAPS, map);
    var source =
        new ConfigMapSource(
            NAMESPACE, "policy=rate-limits", List.of("*"), new WriteBackMode.Source(List.of()));
    var sources = new ConfigMapSourceExecutor(link(), List.of(source));
    var look = new ExecutorCall.Look("read", Map.of());
    var read =
        ((CallOutcome.Done) sources.execute(invocation(look)))
            .reports().stream()
                .filter(report -> report.member().endsWith(":acme.yaml"))
                .findFirst()
                .orElseThrow();

    var edit = new Edit("x-1", read.member(), read.digest(), "a: 2\n");
    yes(sources.execute(invocation(new ExecutorCall.WriteBack(List.of(edit)))));

    assertThat(configMap("policies").orElseThrow().getData())
        .containsExactlyInAnyOrderEntriesOf(Map.of("acme.yaml", "a: 2\n", "b", "c"));
  }

  @Test
  void stagesTheFilesOfAnEpochAndDiscardsThem() throws Exception {
    var api = link().api();
    var edge =
        new NamespaceBuilder()
            .withNewMetadata()
            .withNamespace("")
            .withName("edge")
            .endMetadata()
            .build();
    api.create(ResourceKind.NAMESPACES, edge);
    api.create(ResourceKind.DEPLOYMENTS, deployment("edge"));
    var gateways =
        new KubernetesGatewayExecutor(
            link(), Estate.settings(List.of(Estate.gateway("gw")), 900 * 1024));
    var first = Estate.activation(Estate.set(1), 1);

    var staged = Estate.ask(gateways, new ExecutorCall.Stage(first), 7).getFirst();
    long there = staged(api);
    var discarded = Estate.ask(gateways, new ExecutorCall.Discard(1), 7).getFirst();

    assertThat(staged.answer()).as(staged.reason()).isEqualTo(Answer.YES);
    assertThat(there).isPositive();
    assertThat(discarded.answer()).as(discarded.reason()).isEqualTo(Answer.YES);
    assertThat(staged(api)).isZero();
  }

  @Test
  void seesItsVersionAndNamespaces() throws Exception {
    var settings = Estate.settings(List.of(), 900 * 1024);
    var inspection = new KubernetesInspectionExecutor(Optional.of(link()), settings, List.of());

    var outcome = inspection.execute(invocation(new ExecutorCall.Look("inspect", Map.of())));

    var cluster = ((CallOutcome.Done) outcome).reports().getFirst();
    assertThat(cluster.answer()).as(cluster.reason()).isEqualTo(Answer.YES);
    assertThat(String.valueOf(cluster.facts().get("version"))).startsWith("v1.");
    assertThat(String.valueOf(cluster.facts().get("namespaces"))).contains(NAMESPACE);
  }

  private static boolean takesOurWrite(KubernetesApi api) {
    try {
      var found = api.get(ResourceKind.DEPLOYMENTS, NAMESPACE, "gw").orElseThrow();
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
  private static Deployment deployment(String namespace) {
    var made = Serialization.unmarshal(Estate.deployment().toString(), Deployment.class);
    made.getMetadata().setNamespace(namespace);
    made.getSpec().setReplicas(0);
    return made;
  }

  private Optional<ConfigMap> configMap(String name)
      throws KubernetesException, InterruptedException {
    return link().api().get(ResourceKind.CONFIG_MAPS, NAMESPACE, name);
  }

  private static long staged(KubernetesApi api) throws KubernetesException, InterruptedException {
    return api.lists().all(ResourceKind.CONFIG_MAPS, "edge", "").stream()
        .filter(map -> map.getMetadata().getName().startsWith("deployclaw-gw-e1"))
        .count();
  }

  private static Invocation invocation(ExecutorCall call) {
    return new Invocation("contract", call, new FencingToken("test", 7), LONG);
  }

  private static MemberReport only(CallOutcome outcome) {
    return ((CallOutcome.Done) outcome).reports().getFirst();
  }

  private static MemberReport yes(CallOutcome outcome) {
    var report = only(outcome);
    assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
    return report;
  }
}
