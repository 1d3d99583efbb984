package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.disturbance.TrialEstate;
import dev.deployclaw.lab.campaign.disturbance.TrialRunner;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.lab.campaign.trial.CrashPoints;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A judge that can't be pleased by a broken estate, and kills at points that are named. */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest#whatAKilledAgentCommittedIsEndedByTheNextOne",
    because = "it kills agents and breaks servers of a real estate")
@TestMethodOrder(OrderAnnotation.class)
class TrialJudgeTest {
  @TempDir static Path folder;

  private static TrialEstate site;

  @BeforeAll
  static void start() throws Exception {
    site = TrialEstate.start(folder, GatewayPlatform.FOLDERS);
    site.settle();
  }

  @AfterAll
  static void stop() {
    if (site != null) {
      site.close();
    }
  }

  @Test
  @Order(1)
  void theJudgeFindsWhatIsWrongAndIsContentWhenItIsRepaired() throws Exception {
    assertThat(site.wrong()).isEmpty();
    var node = site.redis().node(site.redis().primaries().getFirst());
    String _ = node.call("FUNCTION", "FLUSH");

    var wrong = site.judge().wrong();

    assertThat(wrong).anySatisfy(w -> assertThat(w).contains(node.address().toString()));
    assertThat(wrong).noneSatisfy(w -> assertThat(w).startsWith("revision"));
    assertThat(site.run("drift", "--repair").exit()).isZero();
    assertThat(site.wrong()).isEmpty();
  }

  @Test
  @Order(2)
  void whateverWritesNextRecoversFirst() throws Exception {
    var before = site.judge().committed();
    var attempt =
        site.agents()
            .stopping(
                site.newFolder("killed"),
                new CrashPoint(AgentTask.CHANGE, "before", "redis.publish#1"),
                site.words(AgentTask.CHANGE));
    assertThat(attempt.reached()).isTrue();
    boolean _ = attempt.kill();

    var back = site.run("rollback", "last");

    assertThat(back.exit()).as(back.said()).isZero();
    assertThat(site.judge().committed().digest()).isEqualTo(before.digest());
    assertThat(site.judge().committed().epoch()).isGreaterThanOrEqualTo(before.epoch() + 2);
    assertThat(site.wrong()).isEmpty();
  }

  @Test
  @Order(3)
  void aGatewayThatAsksNobodyIsFound() throws Exception {
    var name = site.config().gateways().getFirst().gateway().name();
    site.inflict("unguard", name);

    List<String> wrong = site.judge().wrong();

    assertThat(wrong).anySatisfy(w -> assertThat(w).startsWith(name));
    site.heal();
    assertThat(site.wrong()).isEmpty();
  }

  @Test
  @Order(4)
  void aWalkKillsAtEachOfItsPoints() throws Exception {
    var dry = site.dry(AgentTask.CHANGE);
    var points =
        CrashPoints.of(Map.of(AgentTask.CHANGE, List.of("etcd.transact#1", "redis.publish#1")))
            .all();

    var walk =
        CrashPointSweep.over(
            points,
            new TrialRunner(
                site, CrashPoints.of(Map.of(AgentTask.CHANGE, dry.calls())), dry.took()),
            System.out::println);

    assertThat(walk.violations()).isEmpty();
    assertThat(walk.kills()).isEqualTo(points.size());
    assertThat(walk.endings(Ending.OLD)).isEqualTo(2);
    assertThat(walk.endings(Ending.NEW)).isEqualTo(2);
  }
}
