package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.machine.CommittedEpoch.Candidate;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.model.Gateway;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Zenith stands at position 39, acme at 4923; both change. */
class CanaryChangeTest {
  private static final String CANARY = "apply canary 40 60 bake 60";
  private static final String POINT = "gateway/shop/one";

  private static final List<MemberReport> BOTH_ENTERED =
      List.of(
          MemberReport.yes(POINT, "", Map.of("requests", 9)),
          MemberReport.yes("gateway/shop/two", "", Map.of("requests", 9)));
  private static final List<MemberReport> ONE_ENTERED =
      List.of(
          BOTH_ENTERED.getFirst(),
          new MemberReport(
              "gateway/shop/two",
              MemberReport.Answer.UNKNOWN,
              "",
              "no synthetic request was decided",
              Map.of("requests", 0)));

  private final FakeEstate world = new FakeEstate();
  private final List<CommittedEpoch> moves = new ArrayList<>();

  @BeforeEach
  void committed() throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
    world.store.watch(store -> {
      var now = store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value())).orElseThrow();
      if (moves.isEmpty() || !moves.getLast().equals(now)) {
        moves.add(now);
      }
    });
  }

  @Test
  void widensStageByStageAndThenCommits() throws InterruptedException {
    var ended = world.run(CANARY);

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(moves.stream().skip(1))
        .extracting(
            CommittedEpoch::epoch, CommittedEpoch::step, a -> a.candidate().map(Candidate::cohort))
        .containsExactly(
            tuple(1L, 1L, Optional.of(40)),
            tuple(1L, 2L, Optional.of(4_924)),
            tuple(2L, 0L, Optional.empty()));
    assertThat(asked(world.probe.probed()).subList(1, 5))
        .containsExactly("2 zenith", "1 acme", "2 acme zenith", "2 acme zenith");
    assertThat(asked(world.probe.beaten())).contains("2 zenith", "1 acme", "2 acme zenith");
    assertThat(world.probe.beaten()).extracting(EpochSpec::execution).doesNotHaveDuplicates();
    assertThat(log(ended.execution()))
        .contains("Recorded: widened", "Recorded: baking", "Recorded: soaking");
    world.assertAtRest();
  }

  @Test
  void aFailedProofInTheCohortWithdrawsIt() throws InterruptedException {
    world.probe.fail(2, "admitted a cost of 2");

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("admitted a cost of 2");
    assertThat(world.active().orElseThrow())
        .extracting(CommittedEpoch::epoch, CommittedEpoch::step, CommittedEpoch::candidate)
        .containsExactly(1L, 2L, Optional.empty());
    assertThat(world.redis.staged()).containsExactly(1L);
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOfSatisfying(
            ChangeState.RolledBack.class, r -> assertThat(r.by()).isEqualTo(ended.execution()));
    world.assertAtRest();
  }

  @Test
  void aFailedProofOutsideTheCohortWithdrawsItToo() throws InterruptedException {
    world.probe.fail(1, "decided by epoch 2");

    assertThat(world.run(CANARY).exit()).isEqualTo(ExitCode.ROLLED_BACK);
    world.assertAtRest();
  }

  @Test
  void aPointThatDoesNotEnforceItWhileItBakesWithdrawsIt() throws InterruptedException {
    world.probe.beats(MemberReport.no(POINT, "admitted where it must be refused"));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("bake: ").contains("admitted where it must be refused");
    assertThat(world.probe.beaten()).hasSize(1);
    world.assertAtRest();
  }

  @Test
  void tenantsOfOneSideNeedNotEnterEverywhere() throws InterruptedException {
    world.probe.answers(
        side -> side.epoch() == 2 && side.set().tenants().size() == 1 ? ONE_ENTERED : BOTH_ENTERED);

    assertThat(world.run(CANARY).exit()).isEqualTo(ExitCode.OK);
    world.assertAtRest();
  }

  @Test
  void aGatewayThatNobodyEntersIsNoData() throws InterruptedException {
    world.probe.answers(_ -> ONE_ENTERED);

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("no synthetic request entered at gateway/shop/two");
    world.assertAtRest();
  }

  @Test
  void noDataIsNoPass() throws InterruptedException {
    world.probe.beats(MemberReport.unknown(POINT, "does not answer"));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("no data in 3 checks in a row");
    world.assertAtRest();
  }

  @Test
  void aPointThatNoLimitIsReachedThroughIsNoDataEither() throws InterruptedException {
    world.probe.beats(MemberReport.skipped(POINT, "no limit that can be exhausted"));

    assertThat(world.run(CANARY).exit()).isEqualTo(ExitCode.ROLLED_BACK);
    world.assertAtRest();
  }

  @Test
  void aRedisThatDoesNotAnswerIsNoDataAndTheWayBackWaitsForIt() throws InterruptedException {
    world.redis.before("publish", () -> world.redis.unreachableAt("publish"));

    var ended = world.run(CANARY);
    world.redis.heal();
    world.agent().recover();

    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOfSatisfying(
            ChangeState.RolledBack.class, r -> assertThat(r.reason()).contains("no data"));
    world.assertAtRest();
  }

  @Test
  void theKillSwitchTakesACandidateBack() throws InterruptedException {
    world.redis.before("publish", () -> world.store.put(StoreKeys.FREEZE, freeze()));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.active().orElseThrow().candidate()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void aBakeGoesOnWithWhatIsLeftOfItAfterARestart() throws InterruptedException {
    var whole = AgentWire.whole();
    var rehearsal = prepared();
    rehearsal.agent(whole).run(rehearsal.request(CANARY));
    int second = nth(whole.calls(), "heartbeat", 3);
    var cut = AgentWire.cut(second, Moment.AFTER);
    try {
      world.agent(cut).run(world.request(CANARY));
    } catch (AgentKilledError e) {
      // as it was meant
    }
    var baking = (ChangeState.Baking) open().state();
    world.store.expireLeases();
    world.time.pass(Duration.ofSeconds(3));

    world.agent().recover();

    var until = moves.get(2);
    assertThat(until.candidate().map(Candidate::cohort)).contains(4_924);
    assertThat(world.time.instant().toEpochMilli() - baking.untilMillis())
        .as("the first bake wasn't begun again: two more follow it")
        .isBetween(120_000L, 150_000L);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
    world.assertAtRest();
  }

  @Test
  void anotherCandidateFollowsOneThatWasWithdrawn() throws InterruptedException {
    world.probe.fail(2, "wrong");
    world.run(CANARY);
    world.probe.fail("");

    var ended = world.run("apply canary 40");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(moves.stream().filter(a -> a.epoch() == 1))
        .extracting(CommittedEpoch::step)
        .containsExactly(0L, 1L, 2L, 3L);
    assertThat(world.active().orElseThrow())
        .extracting(CommittedEpoch::epoch, CommittedEpoch::step, CommittedEpoch::predecessor)
        .containsExactly(3L, 0L, 1L);
    world.assertAtRest();
  }

  @Test
  void whatStayedCommittedIsRepairedAndRolledBackAsEver() throws InterruptedException {
    world.run("set acme 650");
    world.probe.fail(3, "wrong");
    world.run(CANARY);
    world.probe.fail("");
    world.redis.tamper("a", "somebody's");

    var repaired = world.agent().repair(world.request("repair"));
    var back = world.agent().rollback("last", "olivia");

    assertThat(repaired.exit()).as(repaired.reason()).isEqualTo(ExitCode.OK);
    assertThat(back.exit()).as(back.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow())
        .extracting(CommittedEpoch::epoch, CommittedEpoch::step)
        .containsExactly(4L, 0L);
    world.assertAtRest();
  }

  @Test
  void onePersonsYesIsForTheWholeRollout() throws InterruptedException {
    var held = world.run(CANARY + " manually");

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(held.exit()).isEqualTo(ExitCode.HELD);
    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(moves).hasSize(4);
    assertThat(hash(CANARY)).isNotEqualTo(hash("apply"));
    world.assertAtRest();
  }

  private String hash(String request) throws InterruptedException {
    var answer = world.agent().plan(world.request(request));
    return ((PlanPreviewReport.Planned) answer).plan().hash();
  }

  @Test
  void aBakeForEverybodyThatFailsIsUndoneByAnotherEpoch() throws InterruptedException {
    world.probe.beats(MemberReport.no(POINT, "wrong"));

    var ended = world.run("apply bake 60");

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    assertThat(world.active().orElseThrow().predecessor()).isEqualTo(2);
    world.assertAtRest();
  }

  @Test
  void aSlowProofIsNoPass() throws InterruptedException {
    world.probe.slow(2_500);

    var ended = world.run(CANARY + " p99 2");

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("p99 is 2.5 ms, and the limit is 2.0 ms");
    world.assertAtRest();
  }

  @Test
  void theFirstChangeHasNothingBesideWhichACandidateCouldStand() throws InterruptedException {
    var fresh = new FakeEstate();

    var ended = fresh.run("apply canary 10");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("leave the canary out");
  }

  @Test
  void aChangeOfRoutingCannotDifferFromTenantToTenant() throws InterruptedException {
    world.gateways =
        List.of(
            new Gateway(
                "one",
                "shop",
                new Gateway.Identity.Host("example.test"),
                List.of(new Gateway.Route("/buy", "orders"))));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("how gateways route");
  }

  private ChangeExecution open() {
    String id =
        new String(world.store.get(StoreKeys.OPEN).orElseThrow().value(), StandardCharsets.UTF_8);
    return world.change(id).orElseThrow();
  }

  private static FakeEstate prepared() throws InterruptedException {
    var world = new FakeEstate();
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
    return world;
  }

  private static int nth(List<String> calls, String verb, int n) {
    int seen = 0;
    for (int i = 0; i < calls.size(); i++) {
      seen += calls.get(i).contains(verb) ? 1 : 0;
      if (seen == n) {
        return i + 1;
      }
    }
    throw new IllegalStateException(calls.toString());
  }

  private static byte[] freeze() {
    return new FreezeRecord("ann", "look first", "2026-11-01T12:00:00Z").bytes();
  }

  private static List<String> asked(List<EpochSpec> of) {
    return of.stream()
        .map(a -> a.epoch() + " " + String.join(" ", a.set().tenants().keySet()))
        .toList();
  }

  private List<String> log(String execution) {
    return world.journal.read(execution).stream()
        .map(r -> new String(r, StandardCharsets.UTF_8))
        .map(r -> r.replaceAll(".*\"action\":\"([^\"]*)\".*", "$1"))
        .toList();
  }
}
