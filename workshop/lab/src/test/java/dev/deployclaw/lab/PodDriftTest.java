package dev.deployclaw.lab;

import static dev.deployclaw.lab.DriftScanner.Found.ahead;
import static dev.deployclaw.lab.DriftScanner.Found.left;
import static dev.deployclaw.lab.DriftScanner.Found.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.PodGatewayFleet;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody does by hand to a gateway in Kubernetes, or to a configuration store that is a
 * ConfigMap, each kind by itself: a look finds that and nothing else, a repair mends it or leaves
 * it, and a look finds nothing.
 */
@Slow(
    guard = "dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutorTest",
    because = "it looks at a whole estate for each kind of drift")
class PodDriftTest extends OwnLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final long NEVER = 99;
  private static final String BY = "kubectl-edit";
  private static final String FILE = "nginx.conf";

  private static DriftScanner looking;
  private static LocalCluster cluster;
  private static PodGatewayProbe gateway;
  private static long epoch;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, new LabEstate.Size(3, true, false));
    looking = new DriftScanner(scene, "60s");
    cluster = LocalCluster.adopt(scene.lab().folder());
    epoch = looking.committed();
    gateway = PodGatewayProbe.all(scene.lab()).getFirst();
  }

  @Test
  void volumeThatShowsAnotherFile() {
    refer(gateway.gateway() + "-by-hand");

    looking.finds(
        wrong("different", member(), "its volume shows other files than epoch " + epoch + " has"));
    looking.repairs();
  }

  @Test
  void volumeThatNamesWhatIsNotThere() {
    String ours = shown();
    cluster.delete(map(gateway.namespace(), ours));

    looking.finds(
        wrong("missing", member(), "its volume refers to missing objects: ConfigMap " + ours));
    looking.repairs();
  }

  /** As if nobody had ever published there. */
  @Test
  void deploymentThatRunsAFileByHandWithoutMarks() {
    annotate(deployment(), "epoch", null);
    annotate(deployment(), "files-digest", null);
    refer(gateway.gateway() + "-by-hand");

    looking.finds(wrong("not-enforced", member(), "runs a file that the agent didn't write"));
    looking.repairs();
  }

  /** Its digests were made to fit: by itself nothing is wrong with it. */
  @Test
  void volumeWithAnotherFileThatAgreesWithItself() {
    String ours = shown();
    var text = cluster.get(map(gateway.namespace(), ours)).path("data").path(FILE).asText();
    String forged = ForgedGatewayFile.of(text.replace("auth_request /", "# auth_request /"));
    ObjectNode map = named(gateway.namespace(), "forged");
    map.putObject("data").put(FILE, forged);
    cluster.create(maps(gateway.namespace()), BY, map);
    refer("forged");
    annotate(deployment(), "files-digest", digest(Map.of(FILE, forged)));

    looking.finds(
        wrong("different", member(), "its volume shows other files than the committed ones"));
    looking.repairs();
    cluster.delete(map(gateway.namespace(), "forged"));
  }

  @Test
  void deploymentAtAnEarlierEpoch() {
    annotate(deployment(), "epoch", Long.toString(epoch - 1));

    looking.finds(wrong("behind", member(), "is at epoch %d instead of".formatted(epoch - 1)));
    looking.repairs();
  }

  @Test
  void deploymentAtAnEpochThatNobodyCommitted() {
    annotate(deployment(), "epoch", Long.toString(NEVER));

    looking.finds(ahead(member(), "is at epoch %d instead of".formatted(NEVER)));
    looking.cannotRepair(member(), "REGRESSED");
    annotate(deployment(), "epoch", Long.toString(epoch));
    looking.clean();
  }

  @Test
  void deploymentOfALeaderThatNeverWas() {
    String ours = annotation(deployment(), "term");
    annotate(deployment(), "term", Long.toString(NEVER));

    looking.finds(ahead(member(), "term " + NEVER));
    looking.cannotRepair(member(), "REGRESSED");
    annotate(deployment(), "term", ours);
    looking.clean();
  }

  @Test
  void gatewaysConfigMapOfAnEpochThatBelongsToNoChange() {
    String name = "deployclaw-%s-e%d-0123456789-0".formatted(gateway.gateway(), NEVER);
    ObjectNode map = named(gateway.namespace(), name);
    map.withObject("/metadata/labels")
        .put("app.kubernetes.io/managed-by", "deployclaw")
        .put("deployclaw.dev/gateway", gateway.gateway())
        .put("deployclaw.dev/epoch", Long.toString(NEVER));
    map.putObject("data").put(FILE, "events {}\n");
    cluster.create(maps(gateway.namespace()), BY, map);

    looking.finds(left(member(), "an epoch without a change in ConfigMap " + name));
    looking.leaves();
    cluster.delete(map(gateway.namespace(), name));
    looking.clean();
  }

  @Test
  void storeThatIsGone() {
    cluster.delete(served());

    looking.finds(wrong("missing", store(), "holds none of the agent's policy sets"));
    looking.repairs();
  }

  @Test
  void storeWithADocumentThatWasChanged() {
    put("umbrella.yaml", document("umbrella.yaml") + "# changed by hand\n");

    looking.finds(
        wrong("different", store(), "its documents of epoch " + epoch + " were changed, by " + BY));
    looking.repairs();
    assertThat(document("umbrella.yaml")).doesNotContain("by hand");
  }

  @Test
  void storeWithAKeyThatIsNotOurs() {
    put("notes", "by hand");

    looking.finds(wrong("different", store(), "its documents of epoch " + epoch));
    looking.repairs();
    assertThat(cluster.get(served()).path("data").has("notes")).isFalse();
  }

  /** Its digest was made to fit: by itself nothing is wrong with it. */
  @Test
  void storeWithADocumentThatWasChangedWithItsDigest() {
    put("umbrella.yaml", document("umbrella.yaml") + "# changed by hand\n");
    var data = new TreeMap<String, String>();
    cluster
        .get(served())
        .path("data")
        .properties()
        .forEach(e -> data.put(e.getKey(), e.getValue().asText()));
    annotate(served(), "files-digest", digest(data));

    looking.finds(wrong("different", store(), "its documents of epoch " + epoch + " were changed"));
    looking.repairs();
  }

  @Test
  void storeAtAnEarlierEpoch() {
    annotate(served(), "epoch", Long.toString(epoch - 1));

    looking.finds(wrong("behind", store(), "is at epoch %d instead of".formatted(epoch - 1)));
    looking.repairs();
  }

  @Test
  void storeAtAnEpochThatNobodyCommitted() {
    annotate(served(), "epoch", Long.toString(NEVER));

    looking.finds(ahead(store(), "is at epoch %d instead of".formatted(NEVER)));
    looking.cannotRepair(store(), "REGRESSED");
    annotate(served(), "epoch", Long.toString(epoch));
    looking.clean();
  }

  @Test
  void storesConfigMapOfAnEpochThatBelongsToNoChange() {
    String namespace = ReferenceScenario.NAMESPACES.getFirst();
    String name = "deployclaw-" + PodGatewayFleet.SERVED + "-e" + NEVER;
    ObjectNode map = named(namespace, name);
    map.withObject("/metadata/labels").put("app.kubernetes.io/managed-by", "deployclaw");
    map.putObject("data").put("active", "{}");
    cluster.create(maps(namespace), BY, map);

    looking.finds(left(store(), "an epoch without a change in ConfigMap " + name));
    looking.leaves();
    cluster.delete(map(namespace, name));
    looking.clean();
  }

  /** Near misses: labels and annotations of others, and ConfigMaps that aren't ours. */
  @Test
  void whatOthersKeepBesideIsNoDifference() {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.withObject("/metadata/annotations").put("example.org/owner", "payments");
    cluster.merge(deployment(), BY, patch);
    cluster.merge(served(), BY, patch);
    for (String name : new String[] {"deployclaw-notes", "rate-limits-e99", "gw-01-e99-0-0"}) {
      ObjectNode map = named(gateway.namespace(), name);
      map.putObject("data").put("notes", "by hand");
      cluster.create(maps(gateway.namespace()), BY, map);
    }

    looking.clean();
  }

  /** Has the volume name another ConfigMap, and waits until the pods have read it. */
  private static void refer(String map) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    var volumes = cluster.get(deployment()).at("/spec/template/spec/volumes").deepCopy();
    ((ObjectNode) volumes.get(0)).putObject("configMap").put("name", map);
    patch.withObject("/spec/template/spec").set("volumes", volumes);
    cluster.merge(deployment(), BY, patch);
    BoundedWait.until("its pods read that file", SOON, () -> allRead(map));
  }

  private static boolean allRead(String map) {
    var pods =
        PodGatewayProbe.all(scene.lab()).stream()
            .filter(p -> p.gateway().equals(gateway.gateway()))
            .filter(p -> p.namespace().equals(gateway.namespace()))
            .toList();
    var status = cluster.get(deployment()).path("status");
    return pods.stream().allMatch(p -> p.ready() && p.map().equals(map))
        && status.path("updatedReplicas").asInt() == pods.size()
        && status.path("availableReplicas").asInt() == pods.size();
  }

  private static String shown() {
    return cluster.get(deployment()).at("/spec/template/spec/volumes/0/configMap/name").asText();
  }

  private static void annotate(String path, String name, @Nullable String value) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.withObject("/metadata/annotations").put("deployclaw.dev/" + name, value);
    cluster.merge(path, BY, patch);
  }

  private static String annotation(String path, String name) {
    return cluster
        .get(path)
        .path("metadata")
        .path("annotations")
        .path("deployclaw.dev/" + name)
        .asText();
  }

  private static void put(String key, String text) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.putObject("data").put(key, text);
    cluster.merge(served(), BY, patch);
  }

  private static String document(String key) {
    JsonNode data = cluster.get(served()).path("data");
    return data.path(key).asText();
  }

  private static String digest(Map<String, String> data) {
    return CanonicalJson.sha256(CanonicalJson.bytes(Map.of("data", data, "binaryData", Map.of())));
  }

  private static ObjectNode named(String namespace, String name) {
    ObjectNode map = ApiServer.JSON.createObjectNode();
    map.putObject("metadata").put("namespace", namespace).put("name", name);
    return map;
  }

  private static String member() {
    return "gateway/" + gateway.namespace() + "/" + gateway.gateway();
  }

  private static String store() {
    return "configuration/pods";
  }

  private static String deployment() {
    return "/apis/apps/v1/namespaces/%s/deployments/%s"
        .formatted(gateway.namespace(), gateway.gateway());
  }

  private static String served() {
    return map(ReferenceScenario.NAMESPACES.getFirst(), PodGatewayFleet.SERVED);
  }

  private static String maps(String namespace) {
    return "/api/v1/namespaces/" + namespace + "/configmaps";
  }

  private static String map(String namespace, String name) {
    return maps(namespace) + "/" + name;
  }
}
