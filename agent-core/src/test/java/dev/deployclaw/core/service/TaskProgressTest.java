package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.task.TaskRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A task that its agent began, at whatever call that agent dies. */
class TaskProgressTest {
  private static final String STAGE = "redis.stage";
  private static final String PUBLISH = "redis.publish";

  private final FakeEstate world = new FakeEstate();
  private final ExecutionReservations dead = new ExecutionReservations(world.ports(), "there");
  private final ExecutionReservations next = new ExecutionReservations(world.ports(), "here");

  /** What an agent does before it dies. */
  private interface Act {
    void by(ChangeService agent) throws InterruptedException;
  }

  @Test
  void isCarriedOutAgainBeforeTheCommitOnceItsChangeIsEndedAndThreeTimesAtMost() throws Exception {
    String begun = reserved();
    assertThat(dead.begin("k", begun)).isTrue();
    for (int attempt = 1; attempt <= 3; attempt++) {
      String id = begun;
      killed(STAGE, agent -> agent.run(request("apply", id)));
      assertThat(next.progress(id)).isEqualTo(TaskProgress.UNFINISHED);
      String fresh = next.reserve(Optional.empty()).execution();
      try (var lead = lead()) {
        assertThat(next.replace("k", id, fresh, lead)).as("not ended yet").isFalse();
      }
      world.agent().recover();

      assertThat(next.progress(id)).isEqualTo(TaskProgress.CUT_OFF);
      assertThat(next.isGivenUp("k", id)).isEqualTo(attempt == 3);
      try (var lead = lead()) {
        assertThat(next.replace("k", id, fresh, lead)).isEqualTo(attempt < 3);
      }
      begun = fresh;
    }
    assertThat(world.active()).isEmpty();
  }

  @Test
  void isSettledFromTheCommitOn() throws Exception {
    String begun = reserved();

    killed(PUBLISH, agent -> agent.run(request("apply", begun)));

    assertThat(next.progress(begun)).isEqualTo(TaskProgress.SETTLED);
  }

  @Test
  void isSettledWhereItEndedByItself() throws Exception {
    String begun = reserved();
    assertThat(next.progress(begun)).isEqualTo(TaskProgress.UNSEEN);

    var _ = world.agent().run(request("nothing that it understands", begun));

    assertThat(next.progress(begun)).isEqualTo(TaskProgress.SETTLED);
  }

  @Test
  void aRollbackIsNotCarriedOutAgainWhereItWouldUndoAnotherChange() throws Exception {
    var _ = world.run("apply");
    var _ = world.run("set acme 700");
    String begun = reserved();
    killed(STAGE, agent -> agent.rollback("last", request("rollback last", begun)));
    world.agent().recover();
    assertThat(next.progress(begun)).isEqualTo(TaskProgress.CUT_OFF);

    var _ = world.run("set acme 800");

    assertThat(next.progress(begun)).isEqualTo(TaskProgress.SETTLED);
  }

  private String reserved() throws InterruptedException {
    var key = new ExecutionReservations.Key("k", "asked", "1");
    return dead.reserve(Optional.of(key)).execution();
  }

  private TaskRequest request(String text, String execution) {
    return new TaskRequest(text, "ann", world.time.instant(), false, Optional.of(execution));
  }

  private Leadership lead() throws InterruptedException {
    return LeaderElection.take(world.ports().state(), world.settings("leader"), world.time)
        .orElseThrow();
  }

  /** The agent dies before this call. */
  private void killed(String call, Act act) throws InterruptedException {
    var whole = AgentWire.whole();
    act.by(world.copy().agent(whole));
    int number = whole.calls().indexOf(call) + 1;
    assertThat(number).as("%s of %s", call, whole.calls()).isPositive();
    var agent = world.agent(AgentWire.cut(number, Moment.BEFORE));
    assertThat(catchThrowable(() -> act.by(agent))).isInstanceOf(AgentKilledError.class);
    world.store.expireLeases();
  }
}
