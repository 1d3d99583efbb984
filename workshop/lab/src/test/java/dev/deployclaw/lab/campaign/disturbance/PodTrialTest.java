package dev.deployclaw.lab.campaign.disturbance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.campaign.CampaignRunner;
import dev.deployclaw.lab.campaign.CampaignSummary;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.BoundedWait;
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
    guard = "dev.deployclaw.lab.ReferenceRunTest#whatAKilledAgentCommittedIsEndedByTheNextOne",
    because = "it starts an estate of pods for one trial")
@TestMethodOrder(OrderAnnotation.class)
class PodTrialTest {
  private static final long SEED = 242_806;
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir static Path folder;

  private static TrialEstate site;

  @BeforeAll
  static void start() throws Exception {
    site = TrialEstate.start(folder, GatewayPlatform.PODS);
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
    var order = new CampaignRunner.Order(seed, 0, 1, Duration.ofHours(1), List.of(TrialKind.POD));

    var tally = new CampaignRunner(order, System.out::println, new CampaignSummary()).run(site);

    tally.lines().forEach(System.out::println);
    assertThat(tally.violations()).isEmpty();
    assertThat(tally.trials()).isEqualTo(1);
    assertThat(tally.kills()).as("its pod went before it was done").isPositive();
  }

  @Test
  @Order(2)
  void theJudgeFindsADeploymentThatSomebodyPointedElsewhere() throws Exception {
    var gateway = site.config().kubernetes().orElseThrow().gateways().get(1);
    var cluster = LocalCluster.adopt(site.lab().folder());
    String path =
        "/apis/apps/v1/namespaces/%s/deployments/%s"
            .formatted(gateway.gateway().namespace(), gateway.deployment());
    assertThat(site.wrong()).isEmpty();
    cluster.merge(path, "kubectl-edit", byHand(cluster.get(path), gateway.deployment()));
    BoundedWait.until(
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
