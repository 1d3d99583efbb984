package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a lab whose gateways are pods. The last test stops it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubernetesLabTest {
  private static final int PODS = 3;
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir static Path home;

  private static LabEstate lab;

  @BeforeAll
  static void setUp() throws Exception {
    lab = LabEstate.in(home.resolve(".deployclaw/lab"));
    lab.up(new LabEstate.Size(PODS, true, false), _ -> {});
  }

  @AfterAll
  static void stop() {
    lab.down();
  }

  @Test
  @Order(1)
  void statusListsDeploymentsAndPods() {
    var status = call("status", "--json").json();

    assertThat(status.path("deployments"))
        .hasSize(PODS)
        .allSatisfy(d -> {
          assertThat(d.path("replicas").asInt()).isEqualTo(1);
          assertThat(d.path("ready").asInt()).isEqualTo(1);
        });
    assertThat(status.path("processes"))
        .filteredOn(p -> p.path("name").asText().startsWith("pods/edge-"))
        .hasSize(PODS)
        .allSatisfy(p -> assertThat(p.path("condition").asText()).isEqualTo("runs"));
    assertThat(call("status").out()).contains("deployment edge-eu/gw-01: 1 of 1 pods ready");
  }

  @Test
  @Order(2)
  void aKilledPodStaysDeadUntilItIsHealed() {
    call("break", "kill", "pods/edge-eu/gw-01");
    BoundedWait.until("it isn't ready", SOON, () -> !pod("gw-01").ready());
    BoundedWait.until( // the Deployment's count follows its pod's
        "nor is its Deployment",
        SOON,
        () -> call("status").out().contains("edge-eu/gw-01: 0 of 1 pods ready"));
    var faults = call("status").out();

    var healed = call("heal");

    assertThat(faults).contains("fault: kill pods/edge-eu/gw-01");
    assertThat(healed.exit()).as(healed.err()).isZero();
    assertThat(healed.out()).contains("restarted pods/edge-eu/gw-01", "the lab is healthy");
    BoundedWait.until("it is ready", SOON, () -> pod("gw-01").ready());
  }

  @Slow(
      guard =
          "dev.deployclaw.lab.cluster.LocalClusterTest#knowsItsObjectsAndProcessesAgainAfterItWasKilled",
      because = "the cluster starts once more")
  @Test
  @Order(3)
  void aKilledKubernetesKnowsItsPodsAgain() {
    long process = pod("gw-02").process();
    call("break", "kill", "kubernetes");
    assertThat(call("status").out()).contains("fault: kill kubernetes");

    var healed = call("heal");

    assertThat(healed.exit()).as(healed.err()).isZero();
    BoundedWait.until("it answers", SOON, () -> LocalCluster.adopt(lab.folder()).answers());
    assertThat(pod("gw-02").process()).isEqualTo(process);
  }

  /** With the Role that is shipped, over the API, and with a log of it. */
  @Test
  @Order(4)
  void theAgentHasItsRightsAndNothingToHandOver() {
    var doctor = run("doctor");
    var checked = run("handover", "--check", "--json");
    var handed = run("handover", "gw-01", "--json");

    assertThat(doctor.out()).contains("permissions that a change needs");
    assertThat(checked.exit()).as(checked.out() + checked.err()).isZero();
    assertThat(checked.json().path("gateways"))
        .hasSize(PODS)
        .allSatisfy(g -> assertThat(g.path("next").asText()).isEqualTo("done"));
    assertThat(handed.exit()).as(handed.out() + handed.err()).isZero();
    assertThat(handed.json().path("result").asText()).isEqualTo("NO_CHANGE");
  }

  @Test
  @Order(5)
  void stopsAllPodsEvenWhenWhoStartedThemIsDead() {
    var daemons = lab.daemons();
    call("break", "kill", "kubernetes");

    var down = call("down");

    assertThat(down.exit()).as(down.err()).isZero();
    assertThat(daemons).hasSize(6 + 3 + 3 + 1 + 1 + PODS).noneMatch(DaemonProcess::alive);
    assertThat(Files.exists(lab.folder())).isFalse();
  }

  private static PodGatewayProbe pod(String gateway) {
    return PodGatewayProbe.all(lab).stream()
        .filter(p -> p.gateway().equals(gateway))
        .findFirst()
        .orElseThrow();
  }

  private static LabAgent.Ran call(String... words) {
    var all = new ArrayList<>(List.of("lab"));
    all.addAll(List.of(words));
    return run(all.toArray(String[]::new));
  }

  private static LabAgent.Ran run(String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var around =
        new CommandEnvironment(home, home, Map.of(), print(out), print(err), OutputMode.PLAIN);
    int exit = CommandLineRunner.run(around, words);
    return new LabAgent.Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
