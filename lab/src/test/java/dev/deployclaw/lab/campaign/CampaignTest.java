package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.Outcome.Ending;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A short campaign, and a judge that can't be pleased by a broken estate. */
@Slow(
    guard = "dev.deployclaw.lab.ContainerRunTest#whatAKilledAgentCommittedIsEndedByTheNextOne",
    because = "it carries out sixteen trials on a real estate")
@TestMethodOrder(OrderAnnotation.class)
class CampaignTest {
  /** As many steps as other kinds: each of them once but those that come late in the deck. */
  private static final int TRIALS = 16;

  /** The long campaign takes others; so does {@code -Dseed=}. */
  private static final long SEED = 242_806;

  @TempDir static Path folder;

  private static Site site;

  @BeforeAll
  static void start() throws Exception {
    site = Site.start(folder);
  }

  @AfterAll
  static void stop() {
    if (site != null) {
      site.close();
    }
  }

  @Test
  @Order(1)
  void endsAllNewOrAllOldWhateverIsDoneToIt() throws Exception {
    long seed = Long.getLong("seed", SEED);
    var order =
        new Campaign.Order(
            seed,
            0,
            TRIALS,
            Duration.ofHours(1),
            Rights.possible(Arrays.asList(Kind.values()), System.out::println));

    var tally = new Campaign(order, System.out::println, new Tally()).run(site);

    tally.lines().forEach(System.out::println);
    assertThat(tally.violations()).isEmpty();
    assertThat(tally.trials()).isEqualTo(TRIALS);
    assertThat(tally.kills()).isGreaterThanOrEqualTo(TRIALS / 2);
    assertThat(tally.endings(Ending.NEW)).isPositive();
    assertThat(tally.endings(Ending.OLD)).isPositive();
  }

  @Test
  @Order(2)
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
  @Order(3)
  void whateverWritesNextRecoversFirst() throws Exception {
    var before = site.judge().committed();
    var attempt =
        site.agents()
            .stopping(
                site.newFolder("killed"),
                new Point(Task.CHANGE, "before", "redis.publish#1"),
                site.words(Task.CHANGE));
    assertThat(attempt.reached()).isTrue();
    boolean _ = attempt.kill();

    var back = site.run("rollback", "last");

    assertThat(back.exit()).as(back.said()).isZero();
    assertThat(site.judge().committed().digest()).isEqualTo(before.digest());
    assertThat(site.judge().committed().epoch()).isGreaterThanOrEqualTo(before.epoch() + 2);
    assertThat(site.wrong()).isEmpty();
  }

  @Test
  @Order(4)
  void aGatewayThatAsksNobodyIsFound() throws Exception {
    var name = site.config().gateways().getFirst().gateway().name();
    site.inflict("unguard", name);

    List<String> wrong = site.judge().wrong();

    assertThat(wrong).anySatisfy(w -> assertThat(w).startsWith(name));
    site.heal();
    assertThat(site.wrong()).isEmpty();
  }

  @Test
  @Order(5)
  void aWalkKillsAtEachOfItsPoints() throws Exception {
    var dry = site.dry(Task.CHANGE);
    var points =
        Points.of(Map.of(Task.CHANGE, List.of("etcd.transact#1", "redis.publish#1"))).all();

    var walk =
        Walk.over(
            points,
            new Course(site, Points.of(Map.of(Task.CHANGE, dry.calls())), dry.took()),
            System.out::println);

    assertThat(walk.violations()).isEmpty();
    assertThat(walk.kills()).isEqualTo(points.size());
    assertThat(walk.endings(Ending.OLD)).isEqualTo(2);
    assertThat(walk.endings(Ending.NEW)).isEqualTo(2);
  }
}
