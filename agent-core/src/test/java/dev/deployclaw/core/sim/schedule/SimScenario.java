package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.sim.engine.AwaitPoint;
import dev.deployclaw.core.sim.engine.FaultModel;
import dev.deployclaw.core.sim.engine.MessageFate;
import dev.deployclaw.core.sim.engine.SimEstate;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** What the agent is about when something happens to it. */
public enum SimScenario {
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
  ONE_IS_BACK_ALREADY,
  ONE_CANNOT_GO_BACK,
  ROLLBACK_WITHOUT_ONE,
  ONE_IS_LEFT_OUT,
  ACCEPTED_REGRESSION,
  WRITTEN_BACK,
  FOR_A_WHILE,
  LATER_REASSERTION,
  ACCEPTED_WHILE_STAGED,
  ACCEPTED_WHILE_COMMITTED,
  ACCEPTED_WHILE_BAKING,
  ACCEPTED_WHILE_UNDOING,
  ACCEPTED_WHILE_COMPLETED;

  private static final Set<SimScenario> DEATHS_ONLY =
      EnumSet.range(WRITTEN_BACK, ACCEPTED_WHILE_COMPLETED);

  /** Those after which something is drift. */
  private static final Set<SimScenario> REPAIRED =
      EnumSet.of(REPAIR, REPAIR_THAT_WAITS, APPROVAL_OF_A_REPAIR, ONE_IS_LEFT_OUT);

  private static final String PAUSED = "its Deployment is paused";

  /** Those in which everything is played. */
  public static List<SimScenario> common() {
    return Stream.of(values()).filter(scene -> !scene.deathsOnly()).toList();
  }

  /** Whether nothing but deaths are played: variants of a scene in which everything is. */
  boolean deathsOnly() {
    return DEATHS_ONLY.contains(this);
  }

  /** How the world came to be as it is. */
  void prepare(SimEstate estate) {
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
      case ROLLBACK, ROLLBACK_THAT_WAITS -> changedTwice(estate);
      case APPROVAL_OF_A_ROLLBACK -> {
        changedTwice(estate);
        run(estate, "back manually");
      }
      case RUN_AFTER_A_DEATH -> {
        run(estate, "apply");
        diesAtItsEnd(estate);
      }
      case ONE_IS_BACK_ALREADY -> {
        run(estate, "apply");
        estate.world().gateway.balk("two", 2, 1, PAUSED);
      }
      case ONE_CANNOT_GO_BACK -> failing(estate);
      case ROLLBACK_WITHOUT_ONE -> {
        changedTwice(estate);
        estate.world().gateway.balk("two", 2, 2, PAUSED);
      }
      case ONE_IS_LEFT_OUT -> {
        failing(estate);
        run(estate, "set acme 700");
      }
      case PRUNING -> {
        changedTwice(estate);
        run(estate, "set acme 800");
      }
      case CANARY -> twoChanged(estate);
      case CANARY_THAT_IS_WITHDRAWN -> {
        twoChanged(estate);
        estate.world().probe.beats(MemberReport.no("gateway/shop/one", "wrong"));
      }
      case REASSERTION -> lostAll(estate);
      case SCHEDULED_BEGIN -> due(estate);
      case ACCEPTED_REGRESSION -> regressed(estate);
      case WRITTEN_BACK -> {
        estate.world().sources.writeBack();
        run(estate, "apply");
      }
      case FOR_A_WHILE -> run(estate, "apply");
      case LATER_REASSERTION -> lostTheLatest(estate);
      case ACCEPTED_WHILE_STAGED -> regressed(estate, "staged");
      case ACCEPTED_WHILE_COMMITTED -> regressed(estate, "committed");
      case ACCEPTED_WHILE_BAKING -> regressed(estate, "baking");
      case ACCEPTED_WHILE_UNDOING -> regressed(estate, "undoing");
      case ACCEPTED_WHILE_COMPLETED -> regressed(estate, "completed");
      case REPAIR, REPAIR_THAT_WAITS -> drifted(estate);
      case APPROVAL_OF_A_REPAIR -> {
        drifted(estate);
        run(estate, "repair manually");
      }
    }
  }

  private static void changedTwice(SimEstate estate) {
    run(estate, "apply");
    run(estate, "set acme 700");
  }

  /** The second change will fail, and one member takes nothing that comes after it. */
  private static void failing(SimEstate estate) {
    run(estate, "apply");
    estate.world().probe.fail("wrong");
    estate.world().gateway.balk("two", 2, 2, PAUSED);
  }

  /** A failover loses all that a member was ever told. */
  private static void lostAll(SimEstate estate) {
    estate.world().redis.replicate("redis/a");
    run(estate, "apply");
    estate.world().redis.failOver("redis/a", true);
  }

  /** A change whose time has come. */
  private static void due(SimEstate estate) {
    run(estate, "apply");
    run(estate, "set acme 700 at " + estate.request("").received().plusSeconds(60));
    estate.sim().pass(60_000_000);
  }

  /** A backup that was taken in the middle of the second change. */
  private static void regressed(SimEstate estate) {
    var backup = new AtomicReference<List<Entry>>();
    run(estate, "apply");
    estate.world().store.watch(store -> whileIn("published", store, backup));
    run(estate, "set acme 700");
    run(estate, "set acme 800");
    restore(estate, Optional.ofNullable(backup.get()));
  }

  /** A failover loses the second epoch alone. */
  private static void lostTheLatest(SimEstate estate) {
    run(estate, "apply");
    estate.world().redis.replicate("redis/a");
    run(estate, "set acme 700");
    estate.world().redis.failOver("redis/a", true);
  }

  private static void drifted(SimEstate estate) {
    run(estate, "apply");
    estate.world().gateway.tamper("two", "somebody's");
    estate.world().redis.tamper("a", "somebody's");
  }

  /** A backup that was taken while the second change was in a state; two more came since. */
  private static void regressed(SimEstate estate, String state) {
    var backup = new AtomicReference<List<Entry>>();
    run(estate, "apply");
    estate.world().store.watch(store -> whileIn(state, store, backup));
    if (state.equals("undoing")) {
      estate.world().probe.fail(2, "wrong");
    }
    run(estate, "set acme 700" + (state.equals("baking") ? " canary 50 bake 60" : ""));
    run(estate, "set acme 800");
    run(estate, "set zenith 80");
    restore(estate, Optional.ofNullable(backup.get()));
  }

  private static void whileIn(
      String state, FakeStateStore store, AtomicReference<List<Entry>> backup) {
    boolean there =
        store.list(StoreKeys.CHANGES).stream()
            .map(e -> ChangeExecution.read(e.value()))
            .filter(x -> x.epoch() > 1)
            .map(x -> x.state().getClass().getSimpleName().toLowerCase(Locale.ROOT))
            .anyMatch(state::equals);
    if (there && backup.get() == null) {
      backup.set(store.list(""));
    }
  }

  /** Only a planted bug keeps the change from that state; then what it broke is known. */
  private static void restore(SimEstate estate, Optional<List<Entry>> backup) {
    if (backup.isEmpty() && estate.broken().isEmpty()) {
      throw new IllegalStateException("it was never in that state, so there is no backup");
    }
    backup.ifPresent(estate.world()::restore);
  }

  private static void twoChanged(SimEstate estate) {
    run(estate, "apply");
    estate.world().sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    estate.world().sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
  }

  /** Its log is left without an end. */
  private static void diesAtItsEnd(SimEstate estate) {
    FaultModel death =
        (actor, hop) ->
            hop.what().contains(StoreKeys.CHAIN_HEAD) ? deathAt(hop) : MessageFate.ANSWERED;
    var dead =
        estate.start(
            "before, dies",
            estate.here(),
            death,
            agent -> agent.run(estate.request("set acme 700")));
    estate.sim().join(dead.actor());
  }

  private static MessageFate deathAt(AwaitPoint hop) {
    return hop.kind() == AwaitPoint.Kind.WRITES ? MessageFate.DIES_BEFORE : MessageFate.ANSWERED;
  }

  private static void run(SimEstate estate, String text) {
    estate.calmly("before, " + text, agent -> agent.run(estate.request(text)));
  }

  /** What the process does to which something happens. */
  void play(SimEstate estate, ChangeService agent) throws InterruptedException {
    switch (this) {
      case FIRST_RUN, VOTED_DOWN -> agent.run(estate.request("apply"));
      case FOR_A_WHILE -> agent.run(estate.request("set acme 700 for 3600"));
      case SECOND_RUN, GOES_BACK_BY_ITSELF, WRITTEN_BACK, ONE_IS_BACK_ALREADY, ONE_CANNOT_GO_BACK ->
          agent.run(estate.request("set acme 700"));
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
      case ROLLBACK, ROLLBACK_TO_WHAT_WAS_FOUND, ROLLBACK_WITHOUT_ONE ->
          agent.rollback("last", "olivia");
      case ONE_IS_LEFT_OUT -> agent.leaveOut(List.of("gateway/two"), "olivia");
      case REPAIR -> agent.repair(estate.request("repair"));
      case REASSERTION, LATER_REASSERTION -> asServed(agent::reassert);
      case SCHEDULED_BEGIN -> asServed(() -> beginWhatIsDue(agent));
      case PRUNING -> asServed(() -> agent.prune(0));
      case ACCEPTED_REGRESSION,
          ACCEPTED_WHILE_STAGED,
          ACCEPTED_WHILE_COMMITTED,
          ACCEPTED_WHILE_BAKING,
          ACCEPTED_WHILE_UNDOING,
          ACCEPTED_WHILE_COMPLETED ->
          agent.acceptRegression(estate.request("accept"));
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
    } catch (Unreachable | BucketUnavailableException e) {
      // until the next round
    }
  }

  /** Whether somebody takes it that the state store went back. */
  boolean accepts() {
    return this == ACCEPTED_REGRESSION || name().startsWith("ACCEPTED_WHILE_");
  }

  private static void beginWhatIsDue(ChangeService agent) throws InterruptedException {
    for (String id : agent.queries().due()) {
      agent.begin(id);
    }
  }

  /** What brings the world to rest: the next start; what is no change is asked for again. */
  void settle(SimEstate estate, ChangeService agent) throws InterruptedException {
    var recovered = recover(estate, agent);
    if (recovered.exit() != ExitCode.OK) {
      throw new AssertionError("I10: a start doesn't finish what it found: " + recovered.reason());
    }
    askAgain(estate, agent);
  }

  /** The same by an agent whose executor host is struck: it may leave something to the next. */
  void trySettling(SimEstate estate, ChangeService agent) throws InterruptedException {
    asServed(() -> {
      var _ = recover(estate, agent);
      askAgain(estate, agent);
    });
  }

  private RecoveryReport recover(SimEstate estate, ChangeService agent)
      throws InterruptedException {
    if (accepts()) {
      agent.acceptRegression(estate.request("accept"));
    }
    if (this == ONE_IS_LEFT_OUT) {
      agent.leaveOut(List.of("gateway/two"), "olivia");
    }
    if (this == ONE_CANNOT_GO_BACK || this == ROLLBACK_WITHOUT_ONE || this == ONE_IS_LEFT_OUT) {
      estate.world().gateway.heal();
    }
    return agent.recover();
  }

  private void askAgain(SimEstate estate, ChangeService agent) throws InterruptedException {
    if (REPAIRED.contains(this)) {
      agent.repair(estate.request("repair"));
    }
    if (this == REASSERTION || this == LATER_REASSERTION) {
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
