package dev.deployclaw.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.ImpossibleFaultException;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the lab's Kubernetes does what Kubernetes does, as far as the agent looks at it. */
class LocalClusterTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String WAITING = "/status/containerStatuses/0/state/waiting/reason";
  private static final int REPLICAS = 4;
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/edge/deployments";
  private static final String SETS = "/apis/apps/v1/namespaces/edge/replicasets";
  private static final String MAPS = "/api/v1/namespaces/edge/configmaps";
  private static final String PODS = "/api/v1/namespaces/edge/pods";

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() {
    cluster = LocalCluster.spawn(folder);
    cluster.create(
        "/api/v1/namespaces", "test", ClusterObjects.json("{'metadata':{'name':'edge'}}"));
    map("one", ClusterObjects.file("one", ""));
    map("two", ClusterObjects.file("two", ""));
    map("broken", ClusterObjects.file("broken", "no_such_directive on;"));
    cluster.create(DEPLOYMENTS, "test", ClusterObjects.deployment());
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
      DaemonProcess.adoptAll(folder).forEach(DaemonProcess::kill);
    }
  }

  @BeforeEach
  void whole() {
    refer("one");
    BoundedWait.until(
        "all pods are of one", SOON, () -> complete() && answers().equals(Set.of("one")));
  }

  @Test
  void runsAPodForEachReplicaOnAnAddressOfItsOwn() {
    assertThat(pods())
        .hasSize(REPLICAS)
        .allMatch(p -> p.at("/status/phase").asText().equals("Running"));
    assertThat(pods().stream().map(p -> p.at("/status/podIP").asText())).doesNotHaveDuplicates();
    assertThat(status().path("updatedReplicas").asInt()).isEqualTo(REPLICAS);
    assertThat(status().path("readyReplicas").asInt()).isEqualTo(REPLICAS);
    assertThat(condition("Available").path("status").asText()).isEqualTo("True");
    assertThat(condition("Progressing").path("reason").asText())
        .isEqualTo("NewReplicaSetAvailable");
  }

  @Test
  void replacesPodsWithoutEverHavingTooFewOrTooMany() {
    refer("two");

    BoundedWait.until(
        "all pods are of two",
        SOON,
        () -> {
          var running = pods().stream().filter(p -> !going(p)).toList();
          assertThat(running.stream().filter(LocalClusterTest::ready).count())
              .isGreaterThanOrEqualTo(REPLICAS - 1);
          assertThat(running).hasSizeLessThanOrEqualTo(REPLICAS + 1);
          return complete() && answers().equals(Set.of("two"));
        });

    assertThat(pods()).hasSize(REPLICAS);
  }

  @Test
  void aFileThatNginxRefusesStallsTheRolloutAndTheOldPodsGoOn() {
    refer("broken");
    BoundedWait.until(
        "it is late",
        SOON,
        () -> condition("Progressing").path("reason").asText().equals("ProgressDeadlineExceeded"));

    var broken = new ArrayList<JsonNode>();
    BoundedWait.until( // between two starts it is neither
        "what doesn't start waits",
        SOON,
        () -> {
          broken.clear();
          pods().stream().filter(p -> !ready(p) && !going(p)).forEach(broken::add);
          return broken.stream().allMatch(p -> p.at(WAITING).asText().equals("CrashLoopBackOff"));
        });

    assertThat(condition("Progressing").path("status").asText()).isEqualTo("False");
    assertThat(condition("Available").path("status").asText()).isEqualTo("True");
    assertThat(broken)
        .isNotEmpty()
        .allSatisfy(p -> {
          var container = p.at("/status/containerStatuses/0");
          assertThat(container.at("/lastState/terminated/exitCode").asInt()).isEqualTo(1);
          assertThat(container.at("/lastState/terminated/message").asText())
              .contains("unknown directive \"no_such_directive\" in /etc/nginx/dc/nginx.conf:");
        });
    assertThat(answers()).containsExactly("one");
    assertThat(pods().stream().filter(LocalClusterTest::ready).count()).isEqualTo(REPLICAS - 1);
  }

  /** The way back from a rollout that stalls: no pod is made where the old ones still run. */
  @Test
  void aTemplateThatReturnsGetsItsReplicaSetAndItsPodsBack() {
    var before = sets();
    refer("broken");
    BoundedWait.until(
        "the rollout stalls without the pod that may be missing",
        SOON,
        () -> pods().stream().filter(LocalClusterTest::ready).count() < REPLICAS);
    var left = pods().stream().filter(LocalClusterTest::ready).map(LocalClusterTest::uid).toList();

    refer("one");
    BoundedWait.until(
        "all pods are of one",
        SOON,
        () -> complete() && answers().equals(Set.of("one")) && isOfOneSet());

    assertThat(left).isNotEmpty();
    assertThat(pods().stream().map(LocalClusterTest::uid)).containsAll(left);
    var back = active();
    assertThat(before).extracting(LocalClusterTest::uid).contains(uid(back));
    var deployment = cluster.get(DEPLOYMENTS + "/gw");
    assertThat(back.at("/metadata/annotations").path(ReplicaSetObject.REVISION))
        .isEqualTo(deployment.at("/metadata/annotations").path(ReplicaSetObject.REVISION));
    assertThat(sets()).extracting(LocalClusterTest::owner).containsOnly(uid(deployment));
    assertThat(pods()).extracting(LocalClusterTest::owner).containsOnly(uid(back));
  }

  @Test
  void withoutControllersAChangeIsKeptAndNobodySeesIt() {
    var faults = FaultInjector.in(folder);
    inflict(faults);
    barrier("first"); // the look that was under way is over
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.withObject("/metadata/annotations").put("note", "unseen");
    long generation =
        cluster.merge(DEPLOYMENTS + "/gw", "test", patch).at("/metadata/generation").asLong();
    barrier("second"); // and the node looked again since

    assertThat(status().path("observedGeneration").asLong()).isLessThan(generation);

    faults.heal();
    BoundedWait.until(
        "it is seen", SOON, () -> status().path("observedGeneration").asLong() == generation);
  }

  @Test
  void whatADeploymentOwnsGoesWithIt() {
    ObjectNode other = ClusterObjects.deployment();
    other.withObject("/metadata").put("name", "other");
    other.withObject("/spec/selector/matchLabels").put("app", "other");
    other.withObject("/spec/template/metadata/labels").put("app", "other");
    cluster.create(DEPLOYMENTS, "test", other);
    BoundedWait.until("it has pods", SOON, () -> count(PODS, "other") == REPLICAS);

    cluster.delete(DEPLOYMENTS + "/other");

    BoundedWait.until(
        "all of it is gone", SOON, () -> count(PODS, "other") + count(SETS, "other") == 0);
  }

  @Test
  void everyNamespaceHasWhatTheClusterPutsThere() {
    BoundedWait.until(
        "the root certificate is there",
        SOON,
        () ->
            cluster.list(MAPS).stream()
                .anyMatch(m -> m.at("/metadata/name").asText().equals("kube-root-ca.crt")));
  }

  @Test
  void aPodThatRunsOnceSaysHowItEnded() {
    check("good", "one");
    check("bad", "broken");
    BoundedWait.until("both ended", SOON, () -> ended("good") && ended("bad"));

    var good = cluster.get(PODS + "/good").path("status");
    var bad = cluster.get(PODS + "/bad").path("status");

    assertThat(good.path("phase").asText()).isEqualTo("Succeeded");
    assertThat(good.at("/containerStatuses/0/state/terminated/exitCode").asInt(-1)).isZero();
    assertThat(bad.path("phase").asText()).isEqualTo("Failed");
    assertThat(bad.at("/containerStatuses/0/state/terminated/exitCode").asInt()).isEqualTo(1);
    assertThat(bad.at("/containerStatuses/0/state/terminated/message").asText())
        .contains("unknown directive \"no_such_directive\" in /etc/nginx/dc/nginx.conf:")
        .doesNotContain(folder.toString());
    cluster.delete(PODS + "/good");
    cluster.delete(PODS + "/bad");
  }

  @Test
  void startsAKilledGatewayAgain() {
    var pod = pods().getFirst();
    var killed = nginx(pod);

    killed.kill();

    BoundedWait.until(
        "another runs", SOON, () -> restarts(pod) == 1 && complete() && nginx(pod).alive());
    assertThat(nginx(pod).pid()).isNotEqualTo(killed.pid());
    var container = cluster.get(path(pod)).at("/status/containerStatuses/0");
    assertThat(container.at("/lastState/terminated/exitCode").asInt()).isEqualTo(137);
  }

  @Test
  void knowsItsObjectsAndProcessesAgainAfterItWasKilled() {
    var before =
        pods().stream().collect(Collectors.toMap(LocalClusterTest::path, p -> nginx(p).pid()));
    var object = cluster.get(DEPLOYMENTS + "/gw");

    cluster.daemons().getFirst().restart();
    BoundedWait.until("it answers", SOON, cluster::answers);
    BoundedWait.until("all are ready", SOON, LocalClusterTest::complete);

    assertThat(
            pods().stream().collect(Collectors.toMap(LocalClusterTest::path, p -> nginx(p).pid())))
        .isEqualTo(before);
    assertThat(cluster.get(DEPLOYMENTS + "/gw").path("spec")).isEqualTo(object.path("spec"));
    assertThat(cluster.get("/version").path("gitVersion").asText()).isNotEmpty();
  }

  private static void refer(String map) {
    var spec =
        ClusterObjects.json(
            "{'volumes':[{'name':'conf','configMap':{'name':'%s'}},{'name':'run','emptyDir':{}}]}"
                .formatted(map));
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.withObject("/spec/template").set("spec", spec);
    cluster.merge(DEPLOYMENTS + "/gw", "test", patch);
  }

  private static String owner(JsonNode object) {
    return object.at("/metadata/ownerReferences/0/uid").asText();
  }

  private static boolean isOfOneSet() {
    return pods().stream().map(LocalClusterTest::owner).distinct().count() == 1;
  }

  private static boolean complete() {
    var deployment = cluster.get(DEPLOYMENTS + "/gw");
    var status = deployment.path("status");
    return status.path("observedGeneration").equals(deployment.at("/metadata/generation"))
        && status.path("updatedReplicas").asInt() == REPLICAS
        && status.path("replicas").asInt() == REPLICAS
        && status.path("availableReplicas").asInt() == REPLICAS;
  }

  /** What the ready pods say to a request. */
  private static Set<String> answers() {
    return pods().stream()
        .filter(p -> ready(p) && !going(p))
        .map(p -> ask(p.at("/status/podIP").asText()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String ask(String host) {
    try {
      var url = URI.create("http://" + host + ":" + ClusterObjects.PORT + "/").toURL();
      var connection = (HttpURLConnection) url.openConnection();
      try (var in = connection.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> pods() {
    Predicate<JsonNode> own = p -> p.at("/metadata/labels/app").asText().equals("gw");
    return cluster.list(PODS).stream().filter(own).toList();
  }

  private static List<JsonNode> sets() {
    return cluster.list(SETS).stream()
        .filter(s -> s.at("/metadata/labels/app").asText().equals("gw"))
        .toList();
  }

  private static JsonNode active() {
    return sets().stream()
        .filter(s -> s.at("/spec/replicas").asInt() > 0)
        .findFirst()
        .orElseThrow();
  }

  private static long count(String collection, String app) {
    return cluster.list(collection).stream()
        .filter(o -> o.at("/metadata/labels/app").asText().equals(app))
        .count();
  }

  private static String uid(JsonNode object) {
    return object.at("/metadata/uid").asText();
  }

  private static void inflict(FaultInjector faults) {
    try {
      faults.inflict(List.of("stop-controllers", "kubernetes"));
    } catch (ImpossibleFaultException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A pod that ran once: the node's look follows that of the controllers. */
  private static void barrier(String name) {
    check(name, "one");
    BoundedWait.until("the node looked", SOON, () -> ended(name));
    cluster.delete(PODS + "/" + name);
  }

  private static boolean going(JsonNode pod) {
    return pod.path("metadata").has("deletionTimestamp");
  }

  private static boolean ready(JsonNode pod) {
    return pod.at("/status/containerStatuses/0/ready").asBoolean();
  }

  private static boolean ended(String name) {
    return cluster.get(PODS + "/" + name).at("/status/containerStatuses/0/state").has("terminated");
  }

  private static String path(JsonNode pod) {
    return PODS + "/" + pod.at("/metadata/name").asText();
  }

  private static DaemonProcess nginx(JsonNode pod) {
    var home = folder.resolve("pods/edge").resolve(pod.at("/metadata/name").asText());
    return DaemonProcess.adopt(home.resolve("nginx.pid")).orElseThrow();
  }

  private static int restarts(JsonNode pod) {
    return cluster.get(path(pod)).at("/status/containerStatuses/0/restartCount").asInt();
  }

  private static JsonNode status() {
    return cluster.get(DEPLOYMENTS + "/gw").path("status");
  }

  private static JsonNode condition(String type) {
    return StatusConditions.find(status(), type).orElseThrow();
  }

  private static void check(String name, String map) {
    ObjectNode pod =
        ClusterObjects.json("{'metadata':{'namespace':'edge','name':'%s'}}".formatted(name));
    ObjectNode spec = (ObjectNode) ClusterObjects.deployment().at("/spec/template/spec");
    spec.put("restartPolicy", "Never").put("activeDeadlineSeconds", 30);
    ((ObjectNode) spec.at("/containers/0"))
        .set(
            "command",
            ClusterObjects.json("{'c':['nginx','-t','-q','-c','/etc/nginx/dc/nginx.conf']}")
                .get("c"));
    ((ObjectNode) spec.at("/volumes/0/configMap")).put("name", map);
    pod.set("spec", spec);
    cluster.create(PODS, "test", pod);
  }

  private static void map(String name, String file) {
    ObjectNode map =
        ClusterObjects.json("{'metadata':{'namespace':'edge','name':'%s'}}".formatted(name));
    map.putObject("data").put("nginx.conf", file);
    cluster.create(MAPS, "test", map);
  }
}
