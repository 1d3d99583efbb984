package dev.deployclaw.container.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whom the manifests' pods may reach: what the configuration names, and nobody else. */
class EgressTest {
  private static final Map<String, String> CHECK = Map.of("deployclaw.dev/role", "preflight");

  private final Manifests manifests = new Manifests();

  @Test
  void everyPodsWayOutIsClosedButForWhatIsNamed() {
    assertThat(manifests.all(Deployment.class))
        .allSatisfy(d -> {
          var labels = d.getSpec().getTemplate().getMetadata().getLabels();
          assertThat(policies(labels))
              .isNotEmpty()
              .allSatisfy(p -> assertThat(p.getSpec().getPolicyTypes()).contains("Egress"));
          assertThat(ways(labels))
              .allSatisfy(rule -> {
                assertThat(rule.getTo()).isNotEmpty();
                assertThat(rule.getPorts()).isNotEmpty();
              });
        });
  }

  @Test
  void whatTheConfigurationNamesIsReached() {
    var agent = labels("gw-01");
    var gateway = labels("gw-02");
    var configured =
        ports("deployclaw", "https?://[a-z.]+:(\\d+)|nats://[a-z.]+:(\\d+)|[a-z.]+:(\\d{4,5})\"");

    assertThat(configured).contains("2379", "6379", "4222", "8090");
    assertThat(open(agent)).containsAll(configured).contains("443", "6443", "http", "53");
    assertThat(open(gateway))
        .containsExactlyInAnyOrder("53", "8080", "2379", "6379")
        .containsAll(ports("ratelimit", "(?:https://)?(?:etcd|redis)[a-z.]+:(\\d+)"));
  }

  /** The address at which a cloud gives out its machine's rights. */
  @Test
  void nobodyReachesTheMachinesOwnRights() {
    assertThat(
            manifests.all(NetworkPolicy.class).stream()
                .flatMap(p -> p.getSpec().getEgress().stream())
                .flatMap(rule -> rule.getTo().stream())
                .filter(peer -> peer.getIpBlock() != null))
        .isNotEmpty()
        .allSatisfy(peer -> assertThat(peer.getIpBlock().getExcept()).contains("169.254.0.0/16"));
  }

  @Test
  void aCheckResolvesNamesAndNothingElse() {
    assertThat(policies(CHECK))
        .singleElement()
        .satisfies(
            p -> assertThat(p.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress"))
        .satisfies(p -> assertThat(p.getSpec().getIngress()).isEmpty());
    assertThat(open(CHECK)).containsExactly("53");
    assertThat(ways(CHECK))
        .singleElement()
        .satisfies(rule -> assertThat(rule.getTo()).hasSize(1))
        .satisfies(rule ->
            assertThat(rule.getTo().getFirst().getPodSelector().getMatchLabels())
                .containsEntry("k8s-app", "kube-dns"));
  }

  private Map<String, String> labels(String deployment) {
    return manifests.all(Deployment.class).stream()
        .filter(d -> d.getMetadata().getName().equals(deployment))
        .map(d -> d.getSpec().getTemplate().getMetadata().getLabels())
        .findFirst()
        .orElseThrow();
  }

  private List<NetworkPolicy> policies(Map<String, String> labels) {
    return manifests.all(NetworkPolicy.class).stream()
        .filter(p ->
            labels.entrySet().containsAll(p.getSpec().getPodSelector().getMatchLabels().entrySet()))
        .toList();
  }

  private List<NetworkPolicyEgressRule> ways(Map<String, String> labels) {
    return policies(labels).stream().flatMap(p -> p.getSpec().getEgress().stream()).toList();
  }

  private Set<String> open(Map<String, String> labels) {
    return ways(labels).stream()
        .flatMap(rule -> rule.getPorts().stream())
        .map(port -> String.valueOf(port.getPort().getValue()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The ports of the addresses in a ConfigMap, but of loopback and of what listens itself. */
  private Set<String> ports(String map, String address) {
    var text =
        manifests.all(ConfigMap.class).stream()
            .filter(m -> m.getMetadata().getName().equals(map))
            .flatMap(m -> m.getData().values().stream())
            .collect(Collectors.joining("\n"));
    return Pattern.compile(address)
        .matcher(text)
        .results()
        .flatMap(found -> Stream.of(1, 2, 3).filter(i -> i <= found.groupCount()).map(found::group))
        .filter(port -> port != null && !port.equals("8080"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
