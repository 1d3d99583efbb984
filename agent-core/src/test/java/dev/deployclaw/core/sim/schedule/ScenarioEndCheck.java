package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.sim.engine.SimEstate;
import dev.deployclaw.core.store.StoreKeys;
import java.util.Optional;

/**
 * What must have come of a scene whose agent died, beyond the laws: what was asked for, asked for
 * once more, is there, and was done once.
 */
final class ScenarioEndCheck {
  /** Longer than a change for a while lasts, in microseconds. */
  private static final long OVER_AN_HOUR = 3_601_000_000L;

  private final SimScenario scene;
  private final SimEstate estate;

  ScenarioEndCheck(SimScenario scene, SimEstate estate) {
    this.scene = scene;
    this.estate = estate;
  }

  /**
   * @param before what was committed when the scene began
   */
  void check(Optional<CommittedEpoch> before) {
    switch (scene) {
      case REPAIR -> estate.calmly("asks again", agent -> repaired(agent, before));
      case REASSERTION, LATER_REASSERTION ->
          estate.calmly("asks again", agent -> reasserted(agent, before));
      case SCHEDULED_BEGIN -> estate.calmly("asks again", this::begun);
      case FOR_A_WHILE -> {
        estate.sim().pass(OVER_AN_HOUR);
        estate.calmly("asks later", this::lasted);
      }
      case ACCEPTED_REGRESSION,
          ACCEPTED_WHILE_STAGED,
          ACCEPTED_WHILE_COMMITTED,
          ACCEPTED_WHILE_BAKING,
          ACCEPTED_WHILE_UNDOING,
          ACCEPTED_WHILE_COMPLETED ->
          estate.calmly("asks again", this::accepted);
      case FIRST_RUN,
          SECOND_RUN,
          GOES_BACK_BY_ITSELF,
          VOTED_DOWN,
          HELD,
          APPROVAL,
          APPROVAL_OF_WHAT_IS_STALE,
          APPROVAL_WHILE_FROZEN,
          REJECTION,
          ROLLBACK,
          ROLLBACK_TO_WHAT_WAS_FOUND,
          ROLLBACK_THAT_WAITS,
          APPROVAL_OF_A_ROLLBACK,
          REPAIR_THAT_WAITS,
          APPROVAL_OF_A_REPAIR,
          CANARY,
          CANARY_THAT_IS_WITHDRAWN,
          RUN_AFTER_A_DEATH,
          PRUNING,
          ONE_IS_BACK_ALREADY,
          ONE_CANNOT_GO_BACK,
          ROLLBACK_WITHOUT_ONE,
          ONE_IS_LEFT_OUT,
          WRITTEN_BACK -> {}
    }
  }

  private void repaired(ChangeService agent, Optional<CommittedEpoch> before)
      throws InterruptedException {
    var again = agent.repair(estate.request("repair"));
    must(again.exit() == ExitCode.OK, "a repair that is asked for again: " + again.reason());
    must(estate.world().active().equals(before), "a repair moved what is committed");
  }

  private void reasserted(ChangeService agent, Optional<CommittedEpoch> before)
      throws InterruptedException {
    var again = agent.reassert();
    must(again.isEmpty(), "there is still something to reassert: " + again);
    must(epoch(estate.world().active()) == epoch(before), "a reassertion took another epoch");
  }

  private void begun(ChangeService agent) throws InterruptedException {
    var waiting = agent.queries().storeStatus().scheduled().entries();
    must(waiting.isEmpty(), "what was due still waits: " + waiting);
    int changes = estate.world().store.list(StoreKeys.CHANGES).size();
    must(changes == 2, "it was begun " + (changes - 1) + " times");
  }

  private void lasted(ChangeService agent) throws InterruptedException {
    boolean committed = epoch(estate.world().active()) > 1;
    int expired = agent.queries().status().expired().size();
    must(expired == (committed ? 1 : 0), "committed: " + committed + ", expired: " + expired);
  }

  private void accepted(ChangeService agent) throws InterruptedException {
    long given = scene == SimScenario.ACCEPTED_REGRESSION ? 3 : 4;
    var again = agent.acceptRegression(estate.request("accept"));
    must(again.exit() == ExitCode.OK, "accepting it again: " + again.reason());
    must(
        agent.queries().regressed().isEmpty(),
        "it is still behind: " + agent.queries().regressed());
    long epoch = epoch(estate.world().active());
    must(epoch > given, "epoch " + epoch + " was given out before");
  }

  private static long epoch(Optional<CommittedEpoch> active) {
    return active.map(CommittedEpoch::epoch).orElse(0L);
  }

  private static void must(boolean holds, String words) {
    if (!holds) {
      throw new AssertionError(words);
    }
  }
}
