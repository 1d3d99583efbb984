package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.fake.FakeStore;
import dev.deployclaw.core.log.BucketAway;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

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
  ROLLBACK_THAT_WAITS,
  APPROVAL_OF_A_ROLLBACK,
  REPAIR,
  REPAIR_THAT_WAITS,
  APPROVAL_OF_A_REPAIR,
  CANARY,
  CANARY_THAT_IS_WITHDRAWN,
  REASSERTION,
  SCHEDULED_BEGIN,
  RUN_AFTER_A_DEATH,
  PRUNING,
  ACCEPTED_REGRESSION;

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
      case ROLLBACK, ROLLBACK_THAT_WAITS -> {
        run(estate, "apply");
        run(estate, "set acme 700");
      }
      case APPROVAL_OF_A_ROLLBACK -> {
        run(estate, "apply");
        run(estate, "set acme 700");
        run(estate, "back manually");
      }
      case RUN_AFTER_A_DEATH -> {
        run(estate, "apply");
        diesAtItsEnd(estate);
      }
      case PRUNING -> {
        run(estate, "apply");
        run(estate, "set acme 700");
        run(estate, "set acme 800");
      }
      case CANARY -> twoChanged(estate);
      case CANARY_THAT_IS_WITHDRAWN -> {
        twoChanged(estate);
        estate.world().probe.beats(Report.no("gateway/shop/one", "wrong"));
      }
      case REASSERTION -> {
        estate.world().redis.replicate("redis/a");
        run(estate, "apply");
        estate.world().redis.failOver("redis/a", true);
      }
      case SCHEDULED_BEGIN -> {
        run(estate, "apply");
        run(estate, "set acme 700 at " + estate.request("").received().plusSeconds(60));
        estate.sim().pass(60_000_000);
      }
      case ACCEPTED_REGRESSION -> {
        var backup = new AtomicReference<List<Entry>>();
        run(estate, "apply");
        estate.world().store.watch(store -> whilePublished(store, backup));
        run(estate, "set acme 700");
        run(estate, "set acme 800");
        restore(estate, Optional.ofNullable(backup.get()));
      }
      case REPAIR, REPAIR_THAT_WAITS -> drifted(estate);
      case APPROVAL_OF_A_REPAIR -> {
        drifted(estate);
        run(estate, "repair manually");
      }
    }
  }

  private static void drifted(Estate estate) {
    run(estate, "apply");
    estate.world().gateway.tamper("two", "somebody's");
    estate.world().redis.tamper("a", "somebody's");
  }

  /** A backup that was taken in the middle of the second change. */
  private static void whilePublished(FakeStore store, AtomicReference<List<Entry>> backup) {
    boolean published =
        store.list(Keys.CHANGES).stream()
            .anyMatch(e -> Execution.read(e.value()).state() instanceof State.Published);
    if (published && backup.get() == null) {
      backup.set(store.list(""));
    }
  }

  /** Only a planted bug keeps the change from being published; then what it broke is known. */
  private static void restore(Estate estate, Optional<List<Entry>> backup) {
    if (backup.isEmpty() && estate.broken().isEmpty()) {
      throw new IllegalStateException("nothing was published, so there is no backup");
    }
    backup.ifPresent(estate.world()::restore);
  }

  private static void twoChanged(Estate estate) {
    run(estate, "apply");
    estate.world().sources.put("acme.yaml", FakeSources.document("acme", 700));
    estate.world().sources.put("zenith.yaml", FakeSources.document("zenith", 70));
  }

  /** Its log is left without an end. */
  private static void diesAtItsEnd(Estate estate) {
    Weather death =
        (actor, hop) -> hop.what().contains(Keys.CHAIN_HEAD) ? deathAt(hop) : Fate.ANSWERED;
    var dead =
        estate.start(
            "before, dies",
            estate.here(),
            death,
            agent -> agent.run(estate.request("set acme 700")));
    estate.sim().join(dead.actor());
  }

  private static Fate deathAt(Hop hop) {
    return hop.kind() == Hop.Kind.WRITES ? Fate.DIES_BEFORE : Fate.ANSWERED;
  }

  private static void run(Estate estate, String text) {
    estate.calmly("before, " + text, agent -> agent.run(estate.request(text)));
  }

  /** What the process does to which something happens. */
  void play(Estate estate, Architect agent) throws InterruptedException {
    switch (this) {
      case FIRST_RUN, VOTED_DOWN -> agent.run(estate.request("apply"));
      case SECOND_RUN, GOES_BACK_BY_ITSELF -> agent.run(estate.request("set acme 700"));
      case RUN_AFTER_A_DEATH -> agent.run(estate.request("set acme 800"));
      case CANARY, CANARY_THAT_IS_WITHDRAWN ->
          agent.run(estate.request("apply canary 40 60 bake 3"));
      case HELD -> agent.run(estate.request("apply manually"));
      case APPROVAL, APPROVAL_OF_WHAT_IS_STALE, APPROVAL_WHILE_FROZEN ->
          agent.approve(estate.here().executions().getFirst(), "ann");
      case APPROVAL_OF_A_ROLLBACK, APPROVAL_OF_A_REPAIR ->
          agent.approve(estate.here().executions().getLast(), "ann");
      case ROLLBACK_THAT_WAITS -> agent.run(estate.request("back manually"));
      case REPAIR_THAT_WAITS -> agent.run(estate.request("repair manually"));
      case REJECTION -> agent.reject(estate.here().executions().getFirst(), "ann");
      case ROLLBACK, ROLLBACK_TO_WHAT_WAS_FOUND -> agent.rollback("last", "olivia");
      case REPAIR -> agent.repair(estate.request("repair"));
      case REASSERTION -> asServed(agent::reassert);
      case SCHEDULED_BEGIN -> asServed(() -> beginWhatIsDue(agent));
      case PRUNING -> asServed(() -> agent.prune(0));
      case ACCEPTED_REGRESSION -> agent.acceptRegression(estate.request("accept"));
    }
  }

  /** What a round does. */
  private interface Walk {
    void once() throws InterruptedException;
  }

  /** Who serves looks again, where the state store couldn't be read. */
  private static void asServed(Walk walk) throws InterruptedException {
    try {
      walk.once();
    } catch (Unreachable | BucketAway e) {
      // until the next round
    }
  }

  private static void beginWhatIsDue(Architect agent) throws InterruptedException {
    for (String id : agent.due()) {
      agent.begin(id);
    }
  }

  /** What brings the world to rest: the next start; what is no change is asked for again. */
  void settle(Estate estate, Architect agent) throws InterruptedException {
    if (this == ACCEPTED_REGRESSION) {
      agent.acceptRegression(estate.request("accept"));
    }
    var recovered = agent.recover();
    if (recovered.exit() != ExitCode.OK) {
      throw new AssertionError("I10: a start doesn't finish what it found: " + recovered.reason());
    }
    if (this == REPAIR || this == REPAIR_THAT_WAITS || this == APPROVAL_OF_A_REPAIR) {
      agent.repair(estate.request("repair"));
    }
    if (this == REASSERTION) {
      agent.reassert();
    }
    if (this == SCHEDULED_BEGIN) {
      beginWhatIsDue(agent);
    }
    if (this == PRUNING) {
      agent.prune(0);
    }
  }
}
