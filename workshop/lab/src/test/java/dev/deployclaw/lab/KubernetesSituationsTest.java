package dev.deployclaw.lab;

import static dev.deployclaw.lab.SharedDeployment.FIRST;
import static dev.deployclaw.lab.SharedDeployment.INNER;
import static dev.deployclaw.lab.SituationTable.last;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A change of fifteen pods in each situation that a real cluster once broke. The tests follow one
 * another, each leaves all pods ready, and prints the exit code and the last line of each command.
 */
@Slow(
    guard = "dev.deployclaw.executors.kubernetes.KubernetesWayBackTest",
    because = "it plays one trouble after another on fifteen pods")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // a test makes the shared Deployment
class KubernetesSituationsTest {
  private static final int PODS = 15;
  private static final int ATTEMPTS = 3;
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final Map<String, String> IMPATIENT = Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", "15s");
  private static final String MEMBER = "gateway/edge-us/gw-02";
  private static final String GATEWAY = "/apis/apps/v1/namespaces/edge-us/deployments/gw-02";
  private static final String ROLE =
      "/apis/rbac.authorization.k8s.io/v1/namespaces/edge-us/roles/deployclaw";
  private static final SortedMap<String, String> BY_HAND =
      new TreeMap<>(
          IntStream.rangeClosed(1, 6)
              .mapToObj("gw-%02d"::formatted)
              .collect(Collectors.toMap(g -> g, g -> g + "-by-hand")));
  private static final SituationTable TABLE = new SituationTable();
  @TempDir static Path folder;

  private static LabFixture scene;
  private static LocalCluster cluster;
  private static ClusterAdministrator admin;
  private static SharedDeployment shared;
  private static SharedDeployment.State former;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, new LabEstate.Size(PODS, true, false));
    cluster = LocalCluster.adopt(scene.lab().folder());
    admin = new ClusterAdministrator(scene.lab(), cluster);
  }

  @AfterAll
  static void stop() {
    TABLE.print();
    if (scene != null) {
      scene.close();
    }
  }

  @AfterEach
  void leaveAllPodsReady() {
    scene.heal();
    BoundedWait.until("all pods are ready", SOON, KubernetesSituationsTest::complete);
  }

  @Test
  @Order(1)
  void aWayBackWhereNoNewPodBecomesReadyReturnsToThePodsThatStayed() {
    var before = admin.processes("gw-02", "gw-05");
    scene.inflict("old-node", "edge-us");

    var ran = scene.quickAgent(IMPATIENT).run("run", DemoCommand.REQUEST);

    TABLE.add("new pods can't become ready", ran);
    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(last(ran)).contains("ROLLED_BACK");
    assertThat(admin.files()).isEqualTo(BY_HAND);
    assertThat(admin.processes("gw-02", "gw-05")).isEqualTo(before);
  }

  @Test
  @Order(2)
  void aDeploymentPausedAfterItsVoteIsBackAlready() {
    var before = admin.processes("gw-02");

    var ran = disturbed("before gateway.publish#1", () -> admin.pause(GATEWAY, true));
    var files = admin.files();
    admin.pause(GATEWAY, false);

    TABLE.add("one Deployment paused between vote and publish", ran);
    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(last(ran)).contains("ROLLED_BACK", MEMBER + ": its Deployment is paused");
    assertThat(files).isEqualTo(BY_HAND);
    assertThat(admin.processes("gw-02")).isEqualTo(before);
  }

  @Test
  @Order(3)
  void aDeploymentDeletedAfterItsVoteIsWaitedForUntilAPersonLeavesItOut() {
    var made = admin.manifest(GATEWAY);

    var ran = disturbed("before gateway.publish#1", () -> cluster.delete(GATEWAY));
    var others = admin.files();
    var recovered = run("recover");
    var leftOut = run("recover", "--leave-out", MEMBER);
    var drift = run("drift");
    cluster.create(GATEWAY.replaceFirst("/[^/]+$", ""), "kubectl-create", made);

    TABLE.add("one Deployment deleted between vote and publish", ran);
    TABLE.add("- recover", recovered);
    TABLE.add("- recover --leave-out " + MEMBER, leftOut);
    TABLE.add("- drift", drift);
    assertThat(ran.exit()).as(ran.err()).isEqualTo(7);
    assertThat(last(ran)).contains("UNKNOWN", "not back yet: " + MEMBER);
    assertThat(others)
        .hasSize(BY_HAND.size() - 1)
        .allSatisfy((g, file) -> assertThat(file).isEqualTo(BY_HAND.get(g)));
    assertThat(recovered.exit()).as(recovered.err()).isEqualTo(7);
    assertThat(last(recovered)).contains(MEMBER);
    assertThat(leftOut.exit()).as(leftOut.err()).isZero();
    assertThat(last(leftOut)).contains("ROLLED_BACK", "without " + MEMBER);
    assertThat(drift.exit()).as(drift.err()).isEqualTo(8);
    assertThat(last(drift)).contains(MEMBER + " different: there is no Deployment gw-02");
  }

  @Test
  @Order(4)
  void aVolumeThatAnotherToolAppliesIsHandedOverBeforeItIsChanged() {
    var manifest = admin.manifest(GATEWAY);

    var voted =
        disturbed(
            "before gateway.prepare#1",
            () -> cluster.apply(GATEWAY, "kustomize-controller", manifest));
    var refused = run("run", DemoCommand.REQUEST);
    var shared = run("handover", "gw-02");
    var waits = run("handover", "gw-02", "--check");
    ((ArrayNode) manifest.at("/spec/template/spec/volumes")).remove(0);
    cluster.apply(GATEWAY, "kustomize-controller", manifest);
    var done = run("handover", "gw-02", "--check");
    var ran = run("run", DemoCommand.REQUEST);

    TABLE.add("a volume that another tool applies since the plan", voted);
    TABLE.add("- the same change again", refused);
    TABLE.add("- handover gw-02", shared);
    TABLE.add("- handover gw-02 --check", waits);
    TABLE.add("- the tool lets go: handover gw-02 --check", done);
    TABLE.add("- the same change again", ran);
    for (Ran no : List.of(voted, refused)) {
      assertThat(no.exit()).as(no.err()).isEqualTo(11);
      assertThat(last(no)).contains("kustomize-controller", "deployclaw handover gw-02");
    }
    assertThat(shared.exit()).as(shared.out() + shared.err()).isZero();
    assertThat(waits.exit()).as(waits.out() + waits.err()).isEqualTo(8);
    assertThat(last(waits)).startsWith("release ");
    assertThat(done.exit()).as(done.out() + done.err()).isZero();
    assertThat(last(done)).startsWith("done ");
    assertCompleted(ran);
  }

  @Test
  @Order(5)
  void aLimitIsChangedWhileTheControllersAreStopped() {
    var all = BY_HAND.keySet().toArray(String[]::new);
    var before = admin.processes(all);
    scene.inflict("stop-controllers", "kubernetes");

    var ran = run("run", "set initech's checkout limit to 60 per minute, burst 10");

    TABLE.add("controllers stopped, a limit changed", ran);
    assertCompleted(ran);
    assertThat(admin.processes(all)).isEqualTo(before);
  }

  @Test
  @Order(6)
  void anApiServerThatIsBackWithinTheBoundFailsNoChange() {
    var ran =
        scene.runWith(
            "before gateway.publish#1",
            () -> new ClusterOutage(scene.lab().folder()).lastFor(ATTEMPTS),
            "run",
            "set initech's checkout limit to 90 per minute, burst 10");

    TABLE.add("API server killed after the commit, back within the bound", ran);
    assertCompleted(ran);
  }

  @Test
  @Order(7)
  void aMissingRightToPatchIsFoundAtTheVote() {
    var before = scene.active();
    var granted = admin.rules(ROLE);
    var less = granted.deepCopy();
    for (JsonNode rule : less.path("rules")) {
      if (rule.at("/resources/0").asText().equals("deployments") && rule.has("resourceNames")) {
        ((ObjectNode) rule).putArray("verbs").add("get");
      }
    }
    cluster.merge(ROLE, "kubectl-edit", less);

    var ran = run("run", "set initech's checkout limit to 180 per minute, burst 20");
    var doctor = run("doctor");
    cluster.merge(ROLE, "kubectl-edit", granted);

    TABLE.add("no right to patch Deployments", ran);
    var found = doctor.out().lines().filter(line -> line.startsWith("error")).toList();
    TABLE.add("- doctor", Integer.toString(doctor.exit()), String.join("; ", found));
    assertThat(ran.exit()).as(ran.err()).isEqualTo(11);
    assertThat(last(ran)).contains("may not patch deployments gw-");
    assertThat(found)
        .singleElement()
        .asString()
        .contains("may not patch deployments gw-02, gw-05 in edge-us");
    assertThat(scene.active()).isEqualTo(before);
  }

  @Test
  @Order(8)
  void aLookThatIsDeniedSaysUnknownAndNotDifferent() {
    var granted = admin.rules(ROLE);
    var none = ApiServer.JSON.createObjectNode();
    none.putArray("rules");
    cluster.merge(ROLE, "kubectl-edit", none);

    var drift = run("drift");
    var scan = run("scan");
    cluster.merge(ROLE, "kubectl-edit", granted);
    var after = run("drift");

    TABLE.add("the Role taken away: drift", drift);
    TABLE.add("- scan", scan);
    TABLE.add("- the Role given back: drift", after);
    assertThat(drift.exit()).as(drift.err()).isEqualTo(8);
    assertThat(last(drift))
        .contains(
            "2 members unknown: " + MEMBER + " access-denied: may not list deployments in edge-us")
        .doesNotContain("different");
    assertThat(scan.exit()).as(scan.err()).isEqualTo(8);
    assertThat(last(scan)).contains("may not list configmaps in edge-us");
    assertThat(after.exit()).as(after.out() + after.err()).isZero();
  }

  @Test
  @Order(9)
  void aServingAgentLooksOnWhenTheClusterIsAnOlderBackup() throws Exception {
    var outage = new ClusterOutage(scene.lab().folder());
    var backup = folder.resolve("backup");
    var estate = LiveEstate.of(scene.lab(), scene.config());
    try (var agent = ServingAgent.start(estate, Map.of())) {
      outage.backUp(backup);
      for (int i = 0; i < PODS; i++) {
        var noise = ApiServer.JSON.createObjectNode();
        noise.putObject("metadata").putObject("annotations").put("noise", "" + i);
        cluster.merge("/api/v1/namespaces/edge-us", "kubectl-edit", noise);
      }
      var before = agent.submit("set initech's checkout limit to 200 per minute, burst 20");
      agent.awaitResult(before.text("execution_id"), "COMPLETED");
      outage.restore(backup);

      var after = agent.submit("set initech's checkout limit to 220 per minute, burst 20");
      String id = after.text("execution_id");
      agent.awaitResult(id, "COMPLETED");
      assertThat(agent.err()).contains("The cluster's resource versions went back");
      TABLE.add(
          "API server restored to a backup, a change by the same agent", "-", agent.result(id));
    }
    var drift = run("drift");
    TABLE.add("- drift", drift);
    assertThat(drift.exit()).as(drift.out() + drift.err()).isZero();
  }

  @Test
  @Order(10)
  void twoGatewaysOfOneDeploymentAreChangedByOneRollout() throws Exception {
    shared = SharedDeployment.make(scene, cluster);
    BoundedWait.until("both gateways run", SOON, () -> complete() && shared.isRolledOut());
    assertCompleted(shared.run("run", DemoCommand.REQUEST));
    shared.addRoute();
    former = shared.state();

    var ran = shared.run("run", DemoCommand.REQUEST);

    TABLE.add("two gateways of one Deployment, a change of both", ran);
    assertCompleted(ran);
    long epoch = scene.active().path("epoch").asLong();
    assertThat(shared.state().generation()).isEqualTo(former.generation() + 1);
    assertThat(shared.state().sets()).hasSize(former.sets().size() + 1).containsAll(former.sets());
    assertThat(shared.marks()).isEqualTo(Map.of(FIRST, epoch, INNER, epoch));
    assertThat(shared.pods())
        .hasSize(2)
        .allSatisfy(pod -> {
          var files = SharedDeployment.files(pod);
          assertThat(files.get(FIRST)).startsWith("deployclaw-gw-06-e" + epoch + "-");
          assertThat(files.get(INNER)).startsWith("deployclaw-inner-e" + epoch + "-");
          assertThat(SharedDeployment.configs(pod)).hasSize(2);
        });
  }

  @Test
  @Order(11)
  void aRollbackOfTwoGatewaysIsOneRolloutToo() {
    var before = shared.state();

    var ran = shared.run("rollback", "last");

    TABLE.add("- rollback last", ran);
    assertCompleted(ran);
    assertThat(shared.state().generation()).isEqualTo(before.generation() + 1);
    assertThat(shared.state().contents()).isEqualTo(former.contents());
    assertThat(shared.pods()).hasSize(2);
    assertThat(shared.isRolledOut()).isTrue();
  }

  @Test
  @Order(12)
  void aWayBackOfTwoGatewaysReturnsToTheirOldReplicaSet() {
    var before = shared.state();
    scene.inflict("old-node", "edge-ap");

    var ran = scene.quickAgent(shared.environment(IMPATIENT)).run("run", DemoCommand.REQUEST);

    TABLE.add("- the change again, new pods can't become ready", ran);
    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(last(ran)).contains("ROLLED_BACK");
    assertThat(shared.state().files()).isEqualTo(before.files());
    assertThat(shared.state().active()).isEqualTo(before.active());
  }

  @Test
  @Order(13)
  void oneOfTwoGatewaysThatIsRefusedOnAWayBackHoldsOnlyItself() {
    var before = shared.state();
    scene.inflict("stop-controllers", "kubernetes");

    var ran =
        scene.quicklyWith(
            shared.environment(IMPATIENT),
            "before gateway.converge#1",
            () -> shared.takeInnerVolume("kustomize-controller", before),
            "run",
            DemoCommand.REQUEST);
    var files = shared.state().files();
    var recovered = shared.run("recover");
    var leftOut = shared.run("recover", "--leave-out", SharedDeployment.MEMBER);

    TABLE.add("- one of both taken by another tool before it converged", ran);
    TABLE.add("- recover", recovered);
    TABLE.add("- recover --leave-out " + SharedDeployment.MEMBER, leftOut);
    for (Ran held : List.of(ran, recovered)) {
      assertThat(held.exit()).as(held.err()).isEqualTo(7);
      assertThat(last(held))
          .contains("not back yet: " + SharedDeployment.MEMBER, "kustomize-controller")
          .doesNotContain(FIRST);
    }
    assertThat(files).containsEntry(FIRST, before.files().get(FIRST));
    assertThat(files.get(INNER)).isNotEqualTo(before.files().get(INNER));
    assertThat(leftOut.exit()).as(leftOut.err()).isZero();
    assertThat(last(leftOut)).contains("ROLLED_BACK", "without " + SharedDeployment.MEMBER);
  }

  private static Ran run(String... words) {
    return scene.quickAgent(Map.of()).run(words);
  }

  private static Ran disturbed(String at, Runnable meanwhile) {
    return scene.quicklyWith(IMPATIENT, at, meanwhile, "run", DemoCommand.REQUEST);
  }

  private static boolean complete() {
    var pods = PodGatewayProbe.all(scene.lab());
    return pods.size() == PODS && pods.stream().allMatch(PodGatewayProbe::ready);
  }

  private static void assertCompleted(Ran ran) {
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(last(ran)).contains("COMPLETED");
  }
}
