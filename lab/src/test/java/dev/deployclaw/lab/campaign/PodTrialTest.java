package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.Cluster;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The kind {@code pod}, and a judge of pods that can't be pleased by a broken estate. */
@Slow(
    guard = "dev.deployclaw.lab.ContainerRunTest#whatAKilledAgentCommittedIsEndedByTheNextOne",
    because = "it starts an estate of pods for one trial")
@TestMethodOrder(OrderAnnotation.class)
class PodTrialTest {
  private static final long SEED = 242_806;
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir static Path folder;

  private static Site site;

  @BeforeAll
  static void start() throws Exception {
    site = Site.start(folder, Ground.PODS);
  }

  @AfterAll
  static void stop() {
    if (site != null) {
      site.close();
    }
  }

  @Test
  @Order(1)
  void theNewPodsAgentEndsWhatTheOneBeforeItBegan() throws Exception {
    long seed = Long.getLong("seed", SEED);
    var order = new Campaign.Order(seed, 0, 1, Duration.ofHours(1), List.of(Kind.POD));

    var tally = new Campaign(order, System.out::println, new Tally()).run(site);

    tally.lines().forEach(System.out::println);
    assertThat(tally.violations()).isEmpty();
    assertThat(tally.trials()).isEqualTo(1);
    assertThat(tally.kills()).as("its pod went before it was done").isPositive();
  }

  @Test
  @Order(2)
  void theJudgeFindsADeploymentThatSomebodyPointedElsewhere() throws Exception {
    var gateway = site.config().kubernetes().orElseThrow().gateways().get(1);
    var cluster = Cluster.adopt(site.lab().folder());
    String path =
        "/apis/apps/v1/namespaces/%s/deployments/%s"
            .formatted(gateway.gateway().namespace(), gateway.deployment());
    assertThat(site.wrong()).isEmpty();
    cluster.merge(path, "kubectl-edit", byHand(cluster.get(path), gateway.deployment()));
    Await.until(
        "the judge finds a pod that acts on another file, or was not replaced",
        SOON,
        () -> site.judge().wrong().stream().anyMatch(w -> w.contains("-by-hand")));

    var wrong = site.judge().wrong();

    assertThat(wrong)
        .anySatisfy(w -> assertThat(w).contains(gateway.deployment() + "-by-hand, which can be"));
    assertThat(wrong).noneMatch(w -> w.startsWith("gw-01"));
    assertThat(site.run("drift", "--repair").exit()).isZero();
    assertThat(site.wrong()).isEmpty();
  }

  private static ObjectNode byHand(JsonNode deployment, String name) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    JsonNode volumes = deployment.at("/spec/template/spec/volumes").deepCopy();
    ((ObjectNode) volumes.get(0)).putObject("configMap").put("name", name + "-by-hand");
    patch.withObject("/spec/template/spec").set("volumes", volumes);
    return patch;
  }
}
