package dev.deployclaw.container.deploy;

import static dev.deployclaw.container.deploy.PodParts.container;
import static dev.deployclaw.container.deploy.PodParts.containers;
import static dev.deployclaw.container.deploy.PodParts.volume;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who holds which secret in the pods of the manifests: agent and executor host share none. */
class PodSecretsTest {
  @TempDir Path folder;

  private final Manifests manifests = new Manifests();

  @Test
  void eachContainerMountsItsOwnCredentialsAndNoOthers() {
    var expected =
        Map.of(
            "ratelimit", Set.of("ratelimit-secrets"),
            "nginx", Set.<String>of(),
            "agent", Set.of("agent-secrets", "agent-tls", "agent-keys"),
            "host", Set.of("host-secrets", "host-keys", "agent-account"));
    for (var pod : pods()) {
      var secret =
          pod.getVolumes().stream()
              .filter(v -> v.getSecret() != null || v.getProjected() != null)
              .map(Volume::getName)
              .toList();
      assertThat(containers(pod))
          .allSatisfy(c ->
              assertThat(mounted(c).filter(secret::contains).collect(Collectors.toSet()))
                  .as(c.getName())
                  .isEqualTo(expected.get(c.getName())));
    }
    assertThat(expected.keySet())
        .isEqualTo(
            pods().stream()
                .flatMap(PodParts::containers)
                .map(Container::getName)
                .collect(Collectors.toSet()));
  }

  /** What the agent reads is its own; of the back ends' secrets none is called as one of them. */
  @Test
  void agentAndHostShareNoSecretButAnAuthoritysCertificate() {
    var agents = new TreeSet<>(Manifests.generated().get("deployclaw"));
    agents.addAll(Manifests.generated().get("deployclaw-keys"));
    var hosts = new TreeSet<>(Manifests.generated().get("deployclaw-host"));
    hosts.addAll(Manifests.generated().get("deployclaw-host-keys"));

    assertThat(hosts).contains("redis", "s3-secret", "etcd-host", "status-token", "probe.key");
    assertThat(agents).contains("etcd-agent", "tokens.yaml", "audit-key.pem", "probe.pub");
    agents.retainAll(hosts);
    assertThat(agents).containsExactly("etcd-ca.pem");
  }

  /** Its processes and files are another user's, and only the socket's folder is shared. */
  @Test
  void agentAndHostHaveAUserEachAndShareASocket() throws Exception {
    var config = read(ConfigRole.AGENT);
    for (var pod : podsOf(Map.of("deployclaw.dev/agent", "true"))) {
      var agent = container(pod, "agent");
      var host = container(pod, "host");
      assertThat(host.getSecurityContext().getRunAsUser())
          .isNotNull()
          .isNotEqualTo(pod.getSecurityContext().getRunAsUser());
      assertThat(agent.getSecurityContext().getRunAsUser()).isNull();
      assertThat(host.getSecurityContext().getRunAsGroup()).isNull();
      assertThat(pod.getSecurityContext().getFsGroup())
          .isEqualTo(pod.getSecurityContext().getRunAsGroup());
      assertThat(pod.getShareProcessNamespace()).isNull();
      var shared = mounted(agent).collect(Collectors.toCollection(TreeSet::new));
      shared.retainAll(mounted(host).toList());
      assertThat(shared).containsExactly("agent-configuration", "host-socket");
      for (var file : List.of(config.host().socket(), config.host().keyFile())) {
        assertThat(mount(agent, "host-socket").getMountPath())
            .isEqualTo(file.orElseThrow().getParent().toString())
            .isEqualTo(mount(host, "host-socket").getMountPath());
      }
      assertThat(mount(agent, "host-socket").getReadOnly()).isTrue();
      assertThat(containers(pod).filter(c -> mounted(c).anyMatch("host-socket"::equals)))
          .hasSize(2);
    }
  }

  /** One that made its own would sign probes and logs with keys that nobody knows. */
  @Test
  void everyReplicaSignsWithTheSameKeys() throws Exception {
    var state = read(ConfigRole.AGENT).stateDir();
    assertThat(read(ConfigRole.HOST).stateDir()).isEqualTo(state);
    assertThat(Manifests.generated().get("deployclaw-keys"))
        .containsExactly("audit-key.pem", "probe.pub");
    assertThat(Manifests.generated().get("deployclaw-host-keys")).containsExactly("probe.key");
    var agents = podsOf(Map.of("deployclaw.dev/agent", "true"));
    assertThat(agents).isNotEmpty();
    for (var pod : agents) {
      assertKeys(pod, "agent", "deployclaw-keys", state);
      assertKeys(pod, "host", "deployclaw-host-keys", state);
    }
  }

  private static void assertKeys(PodSpec pod, String name, String secret, Path state) {
    String volume = name + "-keys";
    var keys = volume(pod, volume).getSecret();
    assertThat(keys.getSecretName()).isEqualTo(secret);
    assertThat(keys.getDefaultMode()).isEqualTo(0440);
    for (var key : Manifests.generated().get(secret)) {
      assertThat(container(pod, name).getVolumeMounts())
          .filteredOn(m -> m.getMountPath().equals(state.resolve(key).toString()))
          .singleElement()
          .satisfies(m -> {
            assertThat(m.getName()).isEqualTo(volume);
            assertThat(m.getSubPath()).isEqualTo(key);
            assertThat(m.getReadOnly()).isTrue();
          });
    }
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

  private static Stream<String> mounted(Container container) {
    return container.getVolumeMounts().stream().map(VolumeMount::getName);
  }

  private static VolumeMount mount(Container container, String volume) {
    return container.getVolumeMounts().stream()
        .filter(m -> m.getName().equals(volume))
        .findFirst()
        .orElseThrow();
  }
}
