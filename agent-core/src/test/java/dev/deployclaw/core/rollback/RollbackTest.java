package dev.deployclaw.core.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollbackTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void goesBackToThePredecessorUnderANewEpoch() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    var second = world.run("set acme 700");

    var ended = world.agent().rollback(second.execution(), "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.exit()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void goesBackToWhatWasFoundBeforeTheFirstChange() throws Exception {
    world.gateway.tamper("three", "written by hand");
    world.run("apply");

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.gateway.live())
        .containsExactly(FakeParticipant.ORIGINAL, "written by hand", FakeParticipant.ORIGINAL);
    assertThat(world.redis.live()).containsOnly(FakeParticipant.ORIGINAL);
  }

  @Test
  void goesForwardAgainAfterGoingBackToWhatWasFound() throws Exception {
    world.run("apply");
    world.agent().rollback("last", "olivia");

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    world.assertAtRest();
  }

  @Test
  void goesBackAgainToWhatWasFoundBeforeTheFirstChange() throws Exception {
    world.gateway.tamper("three", "written by hand");
    world.run("apply");
    world.agent().rollback("last", "olivia");
    world.run("apply");

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(4);
    assertThat(world.change(ended.execution()).orElseThrow().restores()).isTrue();
    assertThat(world.gateway.live())
        .containsExactly(FakeParticipant.ORIGINAL, "written by hand", FakeParticipant.ORIGINAL);
    assertThat(world.redis.live()).containsOnly(FakeParticipant.ORIGINAL);
  }

  @Test
  void putsBackByItselfWhatWasFoundWhenTheNextChangeFails() throws Exception {
    world.run("apply");
    world.agent().rollback("last", "olivia");
    world.probe.fail("wrong");

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
  }

  @Test
  void restoresFromTheObjectAloneWhenTheChunksAreGone() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.store.list("policy/1/").forEach(e -> world.store.delete(e.key()));

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void worksWithoutTheObjectStoreAndSaysSo() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.objects.reachable(false);

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(first);
    assertThat(world.change(ended.execution()).orElseThrow().checkpoint().orElseThrow().stored())
        .isFalse();
  }

  @Test
  void keepsACheckpointThatTheObjectStoreCouldNotTake() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    var kept = world.objects.keeping();
    world.objects.reachable(false);

    var ended = world.agent().rollback("last", "olivia");

    var checkpoint = world.change(ended.execution()).orElseThrow().checkpoint().orElseThrow();
    assertThat(kept).containsOnlyKeys(checkpoint.object());
    kept.values()
        .forEach(bytes -> assertThat(CanonicalJson.sha256(bytes)).isEqualTo(checkpoint.sha256()));
  }

  @Test
  void aWayBackGoesOnWithoutAMemberThatIsGoneAndWaitsForIt() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.stop("two");

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("gateway/two");
    assertThat(world.redis.live()).containsOnly(first);
    world.gateway.heal();
    world.agent().recover();
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void leavesAloneOfWhomNobodyKnowsWhatItHeldAndSaysThatItIsUnknown() throws Exception {
    silentOnce(world);
    String first = world.active().orElseThrow().digest();

    var ended = world.agent().rollback("last", "olivia");

    assertThat(world.gateway.live())
        .containsExactly(FakeParticipant.ORIGINAL, FakeParticipant.ORIGINAL, first);
    assertThat(world.redis.live()).containsOnly(FakeParticipant.ORIGINAL);
    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("the earlier state of gateway/two is unknown");
    assertThat(world.queries().status().open()).isEmpty();
  }

  @Test
  void saysThatItIsUnknownAlsoWhereAnotherAgentEndsIt() throws Exception {
    silentOnce(world);
    var whole = AgentWire.whole();
    world.agent(whole).rollback("last", "olivia");
    int compared = whole.calls().lastIndexOf("gateway.observe") + 1;
    var other = new FakeEstate();
    silentOnce(other);
    var dying = other.agent(AgentWire.cut(compared, Moment.BEFORE));
    assertThatThrownBy(() -> dying.rollback("last", "olivia")).isInstanceOf(AgentKilledError.class);
    other.store.expireLeases();

    var recovered = other.agent().recover();

    assertThat(recovered.finished())
        .singleElement()
        .satisfies(e -> assertThat(e.result()).isEqualTo(ExecutionStatus.UNKNOWN))
        .satisfies(
            e -> assertThat(e.reason()).contains("the earlier state of gateway/two is unknown"));
  }

  /** The way back from the first change went on without a gateway. */
  private static void silentOnce(FakeEstate world) throws InterruptedException {
    world.run("apply");
    world.agent().rollback("last", "olivia");
    world.gateway.stop("two");
    world.agent().rollback("last", "olivia");
    world.gateway.heal();
    world.agent().recover();
  }

  @Test
  void aParticipantThatWasSilentAsAWholeKeepsWhatItHas() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.agent().rollback("last", "olivia");
    world.gateway.unreachableAt("observe");
    world.agent().rollback("last", "olivia");
    world.gateway.heal();
    world.agent().recover();

    var ended = world.agent().rollback("last", "olivia");

    assertThat(world.gateway.live()).containsOnly(first);
    assertThat(ended.reason()).contains("gateway/one", "gateway/three");
  }

  @Test
  void worksWithoutTheGatewaysAndGoesOnWhenTheyAreBack() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    for (String verb : List.of("observe", "stage", "prepare", "publish", "converge", "marks")) {
      world.gateway.unreachableAt(verb);
    }

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("gateway");
    assertThat(world.active().orElseThrow().digest()).isEqualTo(first);
    assertThat(world.redis.live()).containsOnly(first);
    world.gateway.heal();
    world.agent().recover();
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void onlyWhatWasProvenComesBack() throws Exception {
    world.run("apply");
    world.probe.fail("wrong");
    world.run("set acme 700");
    world.probe.fail("");

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("never passed its validation");
  }

  @Test
  void onlyTheCommittedChangeIsGoneBackFrom() throws Exception {
    var first = world.run("apply");
    world.run("set acme 700");

    var ended = world.agent().rollback(first.execution(), "olivia");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains(first.execution() + " isn't the committed change");
    assertThat(world.agent().rollback("nosuch", "olivia").reason())
        .isEqualTo("there is no execution nosuch");
  }

  @Test
  void thereIsNothingToGoBackFromAtFirst() throws Exception {
    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("nothing was committed");
  }
}
