package dev.deployclaw.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import dev.deployclaw.lab.judge.protocol.KubernetesReader;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge of gateways in Kubernetes, against an API server and a pod that answers. */
class PodInvariantsTest {
  private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/edge/deployments/gw";
  private static final String MAPS = "/api/v1/namespaces/edge/configmaps/";
  private static final String USED = MAPS + "deployclaw-gw-e3-aa-0";
  private static final String POD = "/api/v1/namespaces/edge/pods/gw-x";
  private static final String SERVED = MAPS + "limits";
  private static final String FILE = "http { location @undecided {} }";
  private static final String OTHER = "http { location @undecided { return 503; } }";

  @TempDir Path folder;

  private ApiServer api;
  private FakeHttpServer pod;
  private String said = said(FILE);

  @BeforeEach
  void start() throws Exception {
    pod = FakeHttpServer.start(_ -> FakeHttpServer.Answer.of(200, said));
    api = ApiServer.start();
    put(
        DEPLOYMENT,
        """
        {"metadata": {"name": "gw", "namespace": "edge", "uid": "u", "generation": 4,
           "annotations": {"deployclaw.dev/epoch": "3", "deployclaw.dev/policy-digest": "d"}},
         "spec": {"replicas": 1, "template": {"spec": {"volumes":
           [{"name": "files", "configMap": {"name": "deployclaw-gw-e3-aa-0"}}]}}},
         "status": {"observedGeneration": 4, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}}
        """);
    map(USED, 3, FILE);
    put(
        POD,
        """
        {"metadata": {"name": "gw-x", "labels": {"app": "gw", "pod-template-hash": "h"}},
         "spec": {"containers": [{"name": "nginx", "ports": [{"containerPort": %d}]}],
           "volumes": [{"name": "files", "configMap": {"name": "deployclaw-gw-e3-aa-0"}}]},
         "status": {"podIP": "127.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}}
        """
            .formatted(pod.port()));
    put(
        SERVED,
        """
        {"metadata": {"name": "limits"},
         "data": {"active": "{\\"epoch\\":3,\\"digest\\":\\"d\\"}", "acme.yaml": "…"}}
        """);
  }

  @AfterEach
  void stop() {
    api.close();
    pod.close();
  }

  @Test
  void isContentWithWhatIsWhole() throws Exception {
    assertThat(wrong("deny")).isEmpty();
    assertThat(pods("deny").doors()).extracting(GatewayEndpoint::name).containsExactly("gw-x");
  }

  @Test
  void findsADeploymentThatIsMarkedWithAnotherEpoch() throws Exception {
    edit(DEPLOYMENT, o -> o.withObject("/metadata/annotations").put("deployclaw.dev/epoch", "2"));
    edit(DEPLOYMENT, o -> o.withObject("/status").put("observedGeneration", 5)); // it was seen

    assertThat(wrong("deny")).containsExactly("gw is marked with epoch 2 d");
  }

  @Test
  void findsARolloutThatIsNotOver() throws Exception {
    edit(DEPLOYMENT, o -> o.withObject("/status").put("observedGeneration", 3).put("replicas", 2));

    assertThat(wrong("deny"))
        .containsExactly("gw's controller has not seen generation 4", "gw has 2 replicas, not 1");
  }

  @Test
  void findsAFileThatIsNotTheSets() throws Exception {
    assertThat(wrong("allow"))
        .containsExactly(
            "gw refers to deployclaw-gw-e3-aa-0, which closes where no service decides");
  }

  @Test
  void findsAReferenceToWhatWasStagedForAnotherEpoch() throws Exception {
    map(MAPS + "deployclaw-gw-e2-bb-0", 2, OTHER);
    for (String path : List.of(DEPLOYMENT, POD)) {
      edit(
          path,
          o -> {
            boolean template = path.equals(DEPLOYMENT);
            var spec = o.withObject(template ? "/spec/template/spec" : "/spec");
            var volume = (ObjectNode) spec.withArray("/volumes").get(0);
            volume.putObject("configMap").put("name", "deployclaw-gw-e2-bb-0");
            if (template) {
              // The controller has seen it: what was changed counts as one generation more.
              o.withObject("/status").put("observedGeneration", 5);
            }
          });
    }
    said = said(OTHER);

    assertThat(wrong("deny"))
        .containsExactly(
            "gw refers to deployclaw-gw-e2-bb-0, deployclaw-gw-e3-aa-0 was staged for it");
  }

  @Test
  void findsAMapThatCanBeChangedAndOneThatNobodyNeeds() throws Exception {
    edit(USED, o -> o.remove("immutable"));
    map(MAPS + "deployclaw-gw-e1-cc-0", 1, "old");

    assertThat(wrong("deny"))
        .containsExactly(
            "gw refers to deployclaw-gw-e3-aa-0, which can be changed",
            "gw still has deployclaw-gw-e1-cc-0");
  }

  @Test
  void findsAPodThatActsOnAnotherFileIsNotReadyOrLeaves() throws Exception {
    said = said("older");
    edit(POD, o -> o.withObject("/status").putArray("conditions"));
    var acting = wrong("deny");
    edit(POD, o -> o.withObject("/metadata").put("deletionTimestamp", "2026-11-26T09:00:00Z"));

    assertThat(acting).hasSize(2).contains("gw-x is not ready");
    assertThat(acting).anySatisfy(w -> assertThat(w).startsWith("gw-x acts on "));
    assertThat(wrong("deny")).containsExactly("gw-x is still on its way out");
  }

  @Test
  void findsAStoreThatServesAnotherEpoch() throws Exception {
    edit(SERVED, o -> o.withObject("/data").put("active", "{\"epoch\":2,\"digest\":\"c\"}"));

    assertThat(wrong("deny")).containsExactly("store limits serves epoch 2");
  }

  private List<String> wrong(String onFailure) throws IOException {
    return pods(onFailure).wrong();
  }

  private PodInvariants pods(String onFailure) throws IOException {
    var cloud =
        new KubernetesReader(
            new KubernetesReader.Access(
                api.url(), Files.writeString(folder.resolve("token"), "t"), Optional.empty()),
            List.of(new KubernetesReader.Workload("edge", "gw", "files")),
            List.of(new KubernetesReader.Served("edge", "limits")));
    var rules = new TreeMap<String, SortedMap<String, String>>();
    rules.put("acme", new TreeMap<>());
    var set =
        JsonValue.parse(
            "{\"tenants\":[{\"tenant\":\"acme\",\"on_backend_failure\":\"%s\",\"limits\":[]}]}"
                .formatted(onFailure));
    return new PodInvariants(
        cloud, new ExpectedState(3, "d", new TreeSet<>(List.of(2L, 3L)), rules, set));
  }

  private void map(String path, long epoch, String file) throws IOException {
    put(
        path,
        """
        {"metadata": {"name": "%s",
           "labels": {"deployclaw.dev/gateway": "gw", "deployclaw.dev/epoch": "%d"}},
         "immutable": true, "data": {"nginx.conf": "%s"}}
        """
            .formatted(path.substring(MAPS.length()), epoch, file));
  }

  private void put(String path, String json) throws IOException {
    ObjectNode _ = api.put(path, "test", ApiServer.JSON.readTree(json));
  }

  private void edit(String path, Consumer<ObjectNode> how) {
    api.edit(path, "test", how);
  }

  private static String said(String file) {
    return "{\"gateway\":\"gw\",\"config\":\"" + GatewayFileDigest.of(file) + "\"}";
  }
}
