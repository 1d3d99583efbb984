package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.spi.Report;

/** What the agent is about when something happens to it. */
enum Scene {
  FIRST_RUN,
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
  REPAIR,
  CANARY,
  CANARY_THAT_IS_WITHDRAWN;

  /** How the world came to be as it is. */
  void prepare(Estate estate) {
    switch (this) {
      case FIRST_RUN, HELD -> {}
      case VOTED_DOWN -> estate.world().gateway.refuseAt("prepare", "unknown directive");
      case SECOND_RUN, ROLLBACK_TO_WHAT_WAS_FOUND -> run(estate, "apply");
      case GOES_BACK_BY_ITSELF -> {
        run(estate, "apply");
        estate.world().probe.fail("wrong");
      }
      case APPROVAL, REJECTION -> run(estate, "apply manually");
      case APPROVAL_OF_WHAT_IS_STALE -> {
        run(estate, "apply manually");
        run(estate, "set zenith 90");
      }
      case APPROVAL_WHILE_FROZEN -> {
        run(estate, "apply manually");
        estate.calmly("before, freeze", agent -> agent.freeze("olivia", "incident 4711"));
      }
      case ROLLBACK -> {
        run(estate, "apply");
        run(estate, "set acme 700");
      }
      case CANARY -> twoChanged(estate);
      case CANARY_THAT_IS_WITHDRAWN -> {
        twoChanged(estate);
        estate.world().probe.beats(Report.no("gateway/shop/one", "wrong"));
      }
      case REPAIR -> {
        run(estate, "apply");
        estate.world().gateway.tamper("two", "somebody's");
        estate.world().redis.tamper("a", "somebody's");
      }
    }
  }

  private static void twoChanged(Estate estate) {
    run(estate, "apply");
    estate.world().sources.put("acme.yaml", FakeSources.document("acme", 700));
    estate.world().sources.put("zenith.yaml", FakeSources.document("zenith", 70));
  }

  private static void run(Estate estate, String text) {
    estate.calmly("before, " + text, agent -> agent.run(estate.request(text)));
  }

  /** What the process does to which something happens. */
  void play(Estate estate, Architect agent) throws InterruptedException {
    switch (this) {
      case FIRST_RUN, VOTED_DOWN -> agent.run(estate.request("apply"));
      case SECOND_RUN, GOES_BACK_BY_ITSELF -> agent.run(estate.request("set acme 700"));
      case CANARY, CANARY_THAT_IS_WITHDRAWN ->
          agent.run(estate.request("apply canary 40 60 bake 3"));
      case HELD -> agent.run(estate.request("apply manually"));
      case APPROVAL, APPROVAL_OF_WHAT_IS_STALE, APPROVAL_WHILE_FROZEN ->
          agent.approve(estate.here().executions().getFirst(), "ann");
      case REJECTION -> agent.reject(estate.here().executions().getFirst(), "ann");
      case ROLLBACK, ROLLBACK_TO_WHAT_WAS_FOUND -> agent.rollback("last", "olivia");
      case REPAIR -> agent.repair(estate.request("repair"));
    }
  }

  /** What brings the world to rest: the next start; a repair is no change, so it is asked again. */
  void settle(Estate estate, Architect agent) throws InterruptedException {
    var recovered = agent.recover();
    if (recovered.exit() != ExitCode.OK) {
      throw new AssertionError("I10: a start doesn't finish what it found: " + recovered.reason());
    }
    if (this == REPAIR) {
      agent.repair(estate.request("repair"));
    }
  }
}
