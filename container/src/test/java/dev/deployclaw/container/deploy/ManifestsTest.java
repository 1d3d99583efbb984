package dev.deployclaw.container.deploy;

import static dev.deployclaw.container.deploy.PodParts.configMaps;
import static dev.deployclaw.container.deploy.PodParts.container;
import static dev.deployclaw.container.deploy.PodParts.containers;
import static dev.deployclaw.container.deploy.PodParts.labels;
import static dev.deployclaw.container.deploy.PodParts.name;
import static dev.deployclaw.container.deploy.PodParts.portNames;
import static dev.deployclaw.container.deploy.PodParts.ports;
import static dev.deployclaw.container.deploy.PodParts.probed;
import static dev.deployclaw.container.deploy.PodParts.secrets;
import static dev.deployclaw.container.deploy.PodParts.volume;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.KubernetesConfig.DeploymentEntry;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Kubernetes manifests: well formed, whole, and as confined as the guide says. */
class ManifestsTest {
  private static final String NAMESPACE = "edge";

  /** What every namespace has. */
  private static final String CLUSTERS_OWN = "kube-root-ca.crt";

  @TempDir Path folder;

  private final Manifests manifests = new Manifests();

  @Test
  void sayNothingThatKubernetesDoesNotKnow() {
    assertThat(manifests.all())
        .hasSizeGreaterThan(10)
        .allSatisfy(object -> assertThat(Manifests.unknownFields(object)).isEmpty());
  }

  @Test
  void findsAFieldThatKubernetesDoesNotKnow() {
    var deployment = manifests.all(Deployment.class).getFirst();
    var container = deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    container.setAdditionalProperty("imagePulPolicy", "Always");

    assertThat(Manifests.unknownFields(deployment))
        .containsExactly("Deployment/gw-01.Spec.Template.Spec.Containers[]: imagePulPolicy");
  }

  @Test
  void allStandInOneNamespaceUnderOneNameEach() {
    assertThat(manifests.all())
        .extracting(o -> o.getKind() + "/" + o.getMetadata().getName())
        .doesNotHaveDuplicates();
    assertThat(manifests.all().stream().filter(Namespaced.class::isInstance))
        .allSatisfy(o -> assertThat(o.getMetadata().getNamespace()).isEqualTo(NAMESPACE));
  }

  @Test
  void theKustomizationNamesAllFilesButTheGateways() {
    var named = strings(Manifests.kustomization().get("resources"));

    var files = new TreeSet<>(Manifests.files());
    assertThat(files.remove(Manifests.GATEWAYS)).isTrue();
    assertThat(named).containsExactlyInAnyOrderElementsOf(files);
  }

  @Test
  void selectorsFindPodsAndPortsTheirContainers() {
    for (var deployment : manifests.all(Deployment.class)) {
      var template = deployment.getSpec().getTemplate().getMetadata().getLabels();
      assertThat(template).containsAllEntriesOf(labels(deployment.getSpec().getSelector()));
    }
    for (var service : manifests.all(Service.class)) {
      var pods = podsOf(service.getSpec().getSelector());
      assertThat(pods).as(service.getMetadata().getName()).isNotEmpty();
      for (var port : service.getSpec().getPorts()) {
        assertThat(pods).allSatisfy(p -> assertThat(ports(p)).contains(name(port.getTargetPort())));
      }
    }
    for (var policy : manifests.all(NetworkPolicy.class)) {
      if (policy.getMetadata().getName().equals("deployclaw-checks")) {
        continue; // of pods that the agent makes: EgressTest
      }
      var pods = podsOf(labels(policy.getSpec().getPodSelector()));
      assertThat(pods).isNotEmpty();
      for (var rule : policy.getSpec().getIngress()) {
        rule.getPorts()
            .forEach(port ->
                assertThat(pods)
                    .allSatisfy(p -> assertThat(ports(p)).contains(name(port.getPort()))));
        rule.getFrom().stream()
            .filter(peer -> peer.getPodSelector() != null)
            .forEach(peer -> assertThat(podsOf(labels(peer.getPodSelector()))).isNotEmpty());
      }
    }
    for (var budget : manifests.all(PodDisruptionBudget.class)) {
      assertThat(podsOf(labels(budget.getSpec().getSelector()))).hasSize(1);
    }
  }

  @Test
  void everythingThatPodsReferToIsThere() {
    var maps = names(ConfigMap.class);
    maps.add(CLUSTERS_OWN);
    var secrets = Manifests.generated().keySet();
    for (var pod : pods()) {
      var volumes = pod.getVolumes().stream().map(Volume::getName).toList();
      assertThat(containers(pod).flatMap(c -> c.getVolumeMounts().stream()))
          .extracting(VolumeMount::getName)
          .isSubsetOf(volumes);
      assertThat(configMaps(pod)).isSubsetOf(maps);
      assertThat(secrets(pod)).isSubsetOf(secrets);
      assertThat(containers(pod))
          .allSatisfy(c -> assertThat(portNames(c)).containsAll(probed(c).toList()));
      if (pod.getServiceAccountName() != null) {
        assertThat(names(ServiceAccount.class)).contains(pod.getServiceAccountName());
      }
    }
    for (var binding : manifests.all(RoleBinding.class)) {
      assertThat(names(Role.class)).contains(binding.getRoleRef().getName());
      assertThat(binding.getSubjects())
          .allSatisfy(s -> assertThat(names(ServiceAccount.class)).contains(s.getName()));
    }
  }

  @Test
  void noContainerHasARightOrWritesOutsideOfVolumes() {
    for (var pod : pods()) {
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
      assertThat(pod.getHostNetwork()).isNull();
      assertThat(pod.getVolumes()).allSatisfy(v -> assertThat(v.getHostPath()).isNull());
      assertThat(containers(pod))
          .allSatisfy(c -> {
            var security = c.getSecurityContext();
            assertThat(security.getAllowPrivilegeEscalation()).isFalse();
            assertThat(security.getReadOnlyRootFilesystem()).isTrue();
            assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(security.getCapabilities().getAdd()).isEmpty();
            assertThat(c.getResources().getLimits()).containsKey("memory");
            assertThat(c.getResources().getRequests()).containsKeys("cpu", "memory");
            assertThat(c.getLivenessProbe()).isNotNull();
          });
    }
  }

  /** Else a back end that is away would take gateways out of their service. */
  @Test
  void theAgentsReadinessIsNotItsPods() {
    assertThat(pods().stream().flatMap(PodParts::containers))
        .filteredOn(c -> c.getName().equals("agent"))
        .hasSize(1)
        .allSatisfy(c -> assertThat(c.getReadinessProbe()).isNull());
    assertThat(pods())
        .allSatisfy(
            p -> assertThat(containers(p)).extracting(Container::getName).contains("ratelimit"));
  }

  @Test
  void theAgentsConfigurationFitsTheGateways() throws Exception {
    var config = read(ConfigRole.AGENT);
    assertThat(config.etcd().username()).isEqualTo("deployclaw-agent");
    assertThat(read(ConfigRole.HOST).etcd().username()).isEqualTo("deployclaw-host");

    assertThat(config.gate().approverMustDiffer()).isTrue();
    var gateways = config.kubernetes().orElseThrow().gateways();
    assertThat(gateways)
        .extracting(DeploymentEntry::deployment)
        .containsExactlyInAnyOrderElementsOf(names(Deployment.class));
    for (var gateway : gateways) {
      var pod = podOf(gateway.deployment());
      assertThat(volume(pod, gateway.volume()).getConfigMap()).isNotNull();
      var nginx = container(pod, gateway.container());
      assertThat(nginx.getVolumeMounts())
          .extracting(VolumeMount::getName)
          .contains(gateway.volume());
      assertThat(nginx.getPorts())
          .extracting(p -> "0.0.0.0:" + p.getContainerPort())
          .contains(gateway.front().listen());
      assertThat(container(pod, "ratelimit").getPorts())
          .extracting(p -> "127.0.0.1:" + p.getContainerPort())
          .contains(gateway.front().service());
    }
    assertThat(config.serve().port()).isEqualTo(port("gw-01", "agent"));
  }

  @Test
  void thePolicyIsOne() {
    var maps =
        manifests.all(ConfigMap.class).stream()
            .filter(m -> m.getMetadata().getLabels().containsKey("app"))
            .toList();

    assertThat(maps).hasSize(1);
    var parsed =
        PolicyDocumentReader.parse("acme.yaml", maps.getFirst().getData().get("acme.yaml"));
    assertThat(parsed.problems()).isEmpty();
    assertThat(parsed.policy()).isPresent();
  }

  @Test
  void anApiServerTakesThem() throws Exception {
    try (var api = ApiServer.start();
        var client = HttpClient.newHttpClient()) {
      var first =
          new ArrayList<HasMetadata>(manifests.all(Namespace.class)); // as kustomize sorts them
      first.addAll(manifests.all());
      for (var object : first) {
        var answer = apply(client, api, object);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
      }
      int before = api.paths().size();
      for (var object : manifests.all()) {
        var again = apply(client, api, object);
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
      }

      assertThat(api.paths()).hasSize(before).hasSize(manifests.all().size());
      var gateway = api.object("/apis/apps/v1/namespaces/edge/deployments/gw-01").orElseThrow();
      assertThat(gateway.at("/metadata/generation").asInt()).isEqualTo(1);
    }
  }

  private HttpResponse<String> apply(HttpClient client, ApiServer api, HasMetadata object)
      throws IOException, InterruptedException {
    String version = object.getApiVersion();
    String root = version.contains("/") ? "/apis/" + version : "/api/" + version;
    String space = object instanceof Namespaced ? "/namespaces/" + NAMESPACE : "";
    String path = root + space + "/" + object.getPlural() + "/" + object.getMetadata().getName();
    var request =
        HttpRequest.newBuilder(URI.create(api.url() + path + "?fieldManager=kubectl"))
            .header("Content-Type", "application/apply-patch+yaml")
            .method("PATCH", BodyPublishers.ofString(manifests.json(object)))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private AgentConfig read(ConfigRole role) throws Exception {
    return new PodConfiguration(manifests, folder).read(role);
  }

  private List<PodSpec> pods() {
    return podsOf(Map.of());
  }

  private List<PodSpec> podsOf(Map<String, String> labels) {
    return manifests.all(Deployment.class).stream()
        .map(d -> d.getSpec().getTemplate())
        .filter(t -> t.getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
        .map(t -> t.getSpec())
        .toList();
  }

  private PodSpec podOf(String deployment) {
    return manifests.all(Deployment.class).stream()
        .filter(d -> d.getMetadata().getName().equals(deployment))
        .map(d -> d.getSpec().getTemplate().getSpec())
        .findFirst()
        .orElseThrow();
  }

  private int port(String deployment, String name) {
    return containers(podOf(deployment))
        .flatMap(c -> c.getPorts().stream())
        .filter(p -> p.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .getContainerPort();
  }

  private <T extends HasMetadata> Set<String> names(Class<T> kind) {
    return manifests.all(kind).stream()
        .map(o -> o.getMetadata().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> strings(Object list) {
    return ((List<?>) list).stream().map(String::valueOf).toList();
  }
}
