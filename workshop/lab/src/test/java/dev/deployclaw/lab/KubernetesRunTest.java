package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.PodGatewayFleet;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Changes of gateways that are pods, in one story: what the agent says is compared with what the
 * pods say through their ports. The tests follow one another.
 */
@Slow(
    guard = "dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutorTest",
    because = "it tells eleven changes of nine pods in one story")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubernetesRunTest extends OwnLabCases {
  private static final int PODS = 9;
  private static final int PROBES = 500;
  private static final int MOST_ASKED = 200;
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final Map<String, String> IMPATIENT = Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", "15s");

  private static LocalCluster cluster;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, new LabEstate.Size(PODS, true, false));
    cluster = LocalCluster.adopt(scene.lab().folder());
  }

  @Test
  @Order(1)
  void aRolloutThatStallsEndsWithWhatWasFoundEverywhere() {
    scene.inflict("old-node", "edge-us");

    var ran = scene.quickAgent(IMPATIENT).run("run", DemoCommand.REQUEST, "--json");
    scene.heal();

    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(ran.json().path("result").asText()).isEqualTo("ROLLED_BACK");
    assertThat(ran.out()).contains("unknown directive \\\"auth_request\\\"");
    assertThat(pods())
        .hasSize(PODS)
        .allSatisfy(p -> {
          assertThat(p.map()).isEqualTo(p.gateway() + "-by-hand");
          assertThat(p.config()).isEmpty();
          assertThat(p.ask("wonka", "/orders/1").status()).isEqualTo(200);
        });
  }

  @Test
  @Order(2)
  void appliesThePoliciesToAllPods() {
    var ran = scene.agent().run("run", DemoCommand.REQUEST, "--json");

    assertCompleted(ran);
    var log = ran.json();
    String execution = log.path("execution_id").asText();
    assertThat(log.at("/validation/requests").asInt()).isEqualTo(PROBES);
    assertThat(log.at("/validation/unexpected").asInt()).isZero();
    assertThat(pods().stream().mapToInt(p -> p.probes(execution).size()).sum()).isEqualTo(PROBES);
    assertThat(pods()).allSatisfy(p -> assertThat(p.probes(execution)).isNotEmpty());
    assertEveryPodActsOn(log);
    assertThat(ran.out()).contains("cyberdyne");
    for (String namespace : ReferenceScenario.NAMESPACES) {
      long pods = pods().stream().filter(p -> p.namespace().equals(namespace)).count();
      assertThat(log.at("/thought_log/0/detail").asText())
          .contains("kubernetes/%s has %d pods (%d ready) of".formatted(namespace, pods, pods));
    }
  }

  @Test
  @Order(3)
  void changesALimitWithoutTouchingAPod() {
    var before = processes();

    var ran = scene.run("run", "set initech's checkout limit to 60 per minute, burst 10");

    assertCompleted(ran);
    assertThat(processes()).isEqualTo(before);
    assertEveryPodActsOn(ran.json());
    for (var pod : pods()) {
      assertThat(pod.ask("initech", "/checkout/1").header("RateLimit-Policy").orElse(""))
          .contains("q=60", "w=60");
    }
    assertThat(admitted(pods().getLast())).isLessThan(MOST_ASKED / 2);
  }

  @Test
  @Order(4)
  void noticesAStagedConfigMapThatSomebodyReplaced() {
    var before = maps();

    var ran =
        scene.quicklyWith(
            Map.of(),
            "before gateway.prepare#1",
            KubernetesRunTest::replaceStaged,
            "run",
            "set initech's checkout limit to 90 per minute, burst 10");

    assertThat(ran.exit()).as(ran.err()).isEqualTo(11);
    assertThat(ran.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(ran.out()).contains("conflict over ConfigMap deployclaw-gw-02-e");
    assertThat(maps()).isEqualTo(before);
  }

  @Test
  @Order(5)
  void goesBackToThePredecessor() {
    var back = scene.run("rollback", "last");

    assertCompleted(back);
    assertEveryPodActsOn(back.json());
    assertThat(pods().getFirst().ask("initech", "/checkout/1").header("RateLimit-Policy"))
        .hasValueSatisfying(policy -> assertThat(policy).contains("q=120"));
  }

  @Test
  @Order(6)
  void servesWhatIsCommittedInOneConfigMap() {
    var served = cluster.get(path(ReferenceScenario.NAMESPACES.getFirst(), PodGatewayFleet.SERVED));
    var active = scene.active();

    assertThat(served.at("/data/active").asText())
        .contains("\"epoch\":" + active.path("epoch").asLong(), active.path("digest").asText());
    assertThat(served.path("data").has("initech.yaml")).isTrue();
  }

  @Test
  @Order(7)
  void writesBackWhatIsCompleteButNotOverSomebodyElse() {
    edit("acme", "argocd-controller", t -> "# by Argo CD\n" + t);

    var foreign = scene.run("run", "set acme's checkout limit to 610 per minute");
    var own = scene.run("run", "set initech's checkout limit to 70 per minute, burst 10");

    assertCompleted(foreign);
    assertThat(foreign.out())
        .contains("the field manager argocd-controller at ", "kubectl patch configmap");
    assertThat(document("acme")).startsWith("# by Argo CD").contains("requests: 600");
    assertCompleted(own);
    assertThat(document("initech")).contains("requests: 70");
    assertThat(scene.run("scan").out()).contains("overlay", "acme");
  }

  @Test
  @Order(8)
  void aSourceThatIsEditedDuringTheRunStopsItBeforeTheCommit() {
    edit("initech", "kubectl-edit", t -> t.replace("requests: 70", "requests: 80"));
    long epoch = scene.active().path("epoch").asLong();

    var ran =
        scene.quicklyWith(
            Map.of(),
            "before gateway.prepare#1",
            () -> edit("initech", "kubectl-edit", t -> t.replace("requests: 80", "requests: 90")),
            "run",
            "apply initech's policies");

    assertThat(ran.exit()).as(ran.err()).isEqualTo(11);
    assertThat(ran.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(ran.out())
        .contains(
            "configmap/edge-eu/rate-limits-initech:initech.yaml was changed since initech was"
                + " planned, by kubectl-edit at ");
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
  }

  @Test
  @Order(9)
  void namesAReferenceThatSomebodyMovedBackAndPutsItBack() {
    var active = scene.active();
    var gateway = pods().getFirst();
    moveBack(gateway);

    var drift = scene.run("drift");
    var repaired = scene.run("drift", "--repair");
    var after = scene.run("drift");

    assertThat(drift.exit()).as(drift.out()).isEqualTo(8);
    assertThat(drift.json().path("drift"))
        .hasSize(1)
        .allSatisfy(d ->
            assertThat(d.path("member").asText())
                .isEqualTo("gateway/" + gateway.namespace() + "/" + gateway.gateway()));
    assertThat(repaired.exit()).as(repaired.out() + repaired.err()).isZero();
    assertThat(repaired.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(after.exit()).as(after.out() + after.err()).isZero();
    assertThat(scene.active()).as("no new epoch").isEqualTo(active);
    assertEveryPodActsOn(active);
  }

  @Test
  @Order(10)
  void goesBackWhereAPodAsksNobody() {
    var before = scene.active();
    var pod = pods().getLast();

    var ran =
        scene.runWith(
            "before probe.probe#1",
            () -> {
              scene.inflict("unguard", pod.name());
              BoundedWait.until(pod.name() + " asks nobody", SOON, () -> !enforces(pod));
            },
            "run",
            "set initech's checkout limit to 240 per minute, burst 40");
    scene.heal();

    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(ran.json().path("result").asText()).isEqualTo("ROLLED_BACK");
    assertThat(ran.err()).contains(pod.name());
    var after = scene.active();
    assertThat(after.path("digest")).isEqualTo(before.path("digest"));
    assertThat(after.path("epoch").asLong()).isGreaterThan(before.path("epoch").asLong());
    assertEveryPodActsOn(after);
    BoundedWait.until(pod.name() + " asks again", SOON, () -> enforces(pod));
  }

  @Test
  @Order(11)
  void aRightThatIsMissingIsFoundBeforeTheCommit() {
    var before = scene.active();
    String role = "/apis/rbac.authorization.k8s.io/v1/namespaces/edge-us/roles/deployclaw";
    var granted = ApiServer.JSON.createObjectNode();
    granted.set("rules", cluster.get(role).path("rules").deepCopy());
    var less = granted.deepCopy();
    for (JsonNode rule : less.path("rules")) {
      if (rule.at("/resources/0").asText().equals("deployments") && rule.has("resourceNames")) {
        ((ObjectNode) rule).putArray("verbs").add("get");
      }
    }
    cluster.merge(role, "kubectl-edit", less);

    var ran = scene.run("run", "set initech's checkout limit to 180 per minute, burst 20");
    cluster.merge(role, "kubectl-edit", granted);

    assertThat(ran.exit()).as(ran.err()).isEqualTo(11);
    assertThat(ran.out())
        .contains("may not patch deployments gw-", "verbs: [\\\"patch\\\"]} in a Role of edge-us");
    assertThat(scene.active()).isEqualTo(before);
    assertEveryPodActsOn(before);
  }

  private static boolean enforces(PodGatewayProbe pod) {
    return pod.ask("acme", "/checkout/1").header("RateLimit").isPresent();
  }

  /** Has a gateway's Deployment refer to the file that it had before the first change. */
  private static void moveBack(PodGatewayProbe gateway) {
    String path =
        "/apis/apps/v1/namespaces/%s/deployments/%s"
            .formatted(gateway.namespace(), gateway.gateway());
    String byHand = gateway.gateway() + "-by-hand";
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    var volumes = cluster.get(path).at("/spec/template/spec/volumes").deepCopy();
    ((ObjectNode) volumes.get(0)).putObject("configMap").put("name", byHand);
    patch.withObject("/spec/template/spec").set("volumes", volumes);
    cluster.merge(path, "kubectl-edit", patch);
    BoundedWait.until(
        "its pods read that file",
        SOON,
        () ->
            pods().stream()
                .filter(p -> p.gateway().equals(gateway.gateway()))
                .allMatch(p -> p.ready() && p.map().equals(byHand)));
  }

  /** Somebody writes a tenant's document. */
  private static void edit(String tenant, String manager, UnaryOperator<String> how) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.putObject("data").put(tenant + ".yaml", how.apply(document(tenant)));
    cluster.merge(path("edge-eu", "rate-limits-" + tenant), manager, patch);
  }

  private static String document(String tenant) {
    return cluster
        .get(path("edge-eu", "rate-limits-" + tenant))
        .path("data")
        .path(tenant + ".yaml")
        .asText();
  }

  private static void assertCompleted(Ran ran) {
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
  }

  /** Each pod says the digest of its Deployment's file, and the Deployment says the epoch. */
  private static void assertEveryPodActsOn(JsonNode log) {
    long epoch = log.path("epoch").asLong();
    assertThat(scene.active().path("epoch").asLong()).isEqualTo(epoch);
    assertThat(new EstateObserver(scene).acts())
        .allSatisfy((_, acts) -> assertThat(acts).startsWith(epoch + " "));
    var files = new TreeMap<String, String>();
    for (JsonNode deployment : cluster.list("/apis/apps/v1/deployments")) {
      assertThat(deployment.at("/metadata/annotations/deployclaw.dev~1epoch").asLong())
          .isEqualTo(epoch);
      files.put(deployment.at("/metadata/name").asText(), file(deployment));
    }
    assertThat(pods())
        .hasSize(PODS)
        .allSatisfy(p -> {
          assertThat(p.ready()).isTrue();
          assertThat(p.config()).contains(files.get(p.gateway()));
        });
  }

  /** Digest of the file that a Deployment refers to, as that file says. */
  private static String file(JsonNode deployment) {
    String namespace = deployment.at("/metadata/namespace").asText();
    String map = deployment.at("/spec/template/spec/volumes/0/configMap/name").asText();
    var text = cluster.get(path(namespace, map)).at("/data/nginx.conf").asText();
    assertThat(NginxConfigFile.isWhole(text)).isTrue();
    return NginxConfigFile.configIn(text).orElseThrow();
  }

  private static int admitted(PodGatewayProbe pod) {
    int admitted = 0;
    for (int i = 0; i < MOST_ASKED; i++) {
      admitted += pod.ask("initech", "/checkout/1").status() == 200 ? 1 : 0;
    }
    return admitted;
  }

  /** What can't be changed can be deleted and made anew. */
  private static void replaceStaged() {
    for (JsonNode map : cluster.list("/api/v1/namespaces/edge-us/configmaps")) {
      String name = map.at("/metadata/name").asText();
      boolean latest =
          name.startsWith("deployclaw-gw-02-e" + (scene.active().path("epoch").asLong() + 1));
      if (latest) {
        cluster.delete(path("edge-us", name));
        ObjectNode other = ApiServer.JSON.createObjectNode();
        other.putObject("metadata").put("namespace", "edge-us").put("name", name);
        other.withObject("/metadata").set("labels", map.at("/metadata/labels"));
        other.putObject("data").put("nginx.conf", "events {}\n");
        cluster.create("/api/v1/namespaces/edge-us/configmaps", "somebody", other);
      }
    }
  }

  private static String path(String namespace, String map) {
    return "/api/v1/namespaces/" + namespace + "/configmaps/" + map;
  }

  private static List<PodGatewayProbe> pods() {
    return PodGatewayProbe.all(scene.lab());
  }

  private static SortedMap<String, Long> processes() {
    return pods().stream()
        .collect(
            Collectors.toMap(
                PodGatewayProbe::name, PodGatewayProbe::process, (a, _) -> a, TreeMap::new));
  }

  private static SortedMap<String, String> maps() {
    return pods().stream()
        .collect(
            Collectors.toMap(
                PodGatewayProbe::name, PodGatewayProbe::map, (a, _) -> a, TreeMap::new));
  }
}
