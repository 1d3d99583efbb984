package dev.deployclaw.core.sim.bug;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.AsyncBackendExecutor;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.SimExecutor;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The bugs that are planted, one at a time, to see that they are found. None of them touches the
 * product's code: each stands between the agent and a port of it, or in a back end.
 */
public enum PlantedBug implements BugInjector {
  TERM_NOT_COMPARED("no transaction compares the term"),
  LEAD_READ_AGAIN("a writer takes the term as it is now for its own, and trusts its lease"),
  BASE_NOT_COMPARED("a commit doesn't compare what it stands on"),
  ACTIVE_REMEMBERED("active is read once and then remembered"),
  OPEN_NOT_COMPARED("whether a change is open is neither read nor compared"),
  OPEN_RELEASED_EARLY("the commit gives open back"),
  OPEN_NOT_HANDED_BACK("a compensation deletes open instead of handing it back"),
  OPEN_FROM_A_WATCH("open is what a watch said last, and it missed an event"),
  FREEZE_NOT_COMPARED("the kill switch isn't compared"),
  EPOCH_REUSED("an aborted change gives its epoch back"),
  CHECKPOINT_WITH_THE_COMMIT("the checkpoint's marker is written with the commit, not before"),
  COMMIT_REPEATED_BLIND("a commit without an answer is sent again without conditions"),
  UNKNOWN_COMMIT_BELIEVED("a commit without an answer counts as committed"),
  ROLLED_BACK_AFTER_COMMIT("recovery undoes a change that is committed"),
  PRESUMED_COMMIT("recovery goes on with a change that isn't committed"),
  RECORD_BESIDE_THE_TRANSACTION("the record follows in a transaction of its own"),
  LINK_BESIDE_THE_TRANSACTION("an end joins the chain in a transaction of its own"),
  CHAIN_NOT_COMPARED("where the chain ends isn't compared"),
  HELD_COLLECTED("what is held is collected"),
  READ_BACK_SKIPPED("the checkpoint's object is never really read back"),
  COPY_NOT_READ_BACK("records leave for a copy that is never really read back"),
  VOTES_NOT_ASKED("nobody is asked for a vote"),
  UNKNOWN_VOTE_IS_YES("no answer counts as a yes"),
  PUBLISHED_BEFORE_THE_COMMIT("what is voted on is published at once"),
  PREDECESSOR_COLLECTED("the predecessor is collected when the next epoch is published"),
  STAGED_WITH_A_TTL("what is staged expires"),
  ONE_STOPS_THE_WAY_BACK("a member that votes no stops the whole way back"),
  WAITING_PASSED_OVER("what puts back is opened as if nothing asked for an approval"),
  LOWER_TERM_TAKEN("back ends take a write of a lower term"),
  FENCE_ONLY_IN_REDIS("a Redis without its fence takes it that nobody was there"),
  CUT_CALL_REFUSED("a call that is cut off counts as refused"),
  GRANT_SENT_AGAIN("a call that is cut off is sent again by the same grant"),
  ANSWERS_BY_ORDER("an answer that comes twice answers the next call, too");

  /** Those in how an agent speaks with its executor host. */
  public static final Set<PlantedBug> OF_HOST =
      EnumSet.of(CUT_CALL_REFUSED, GRANT_SENT_AGAIN, ANSWERS_BY_ORDER);

  /** What is staged with a bound lives so long. */
  private static final long TTL = 5_000_000;

  private final String words;

  PlantedBug(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }

  @Override
  public void breakWorld(FakeEstate world) {
    world.store.lenient();
    if (this == LOWER_TERM_TAKEN) {
      world.participants().forEach(p -> p.fencing().off());
    }
    if (this == FENCE_ONLY_IN_REDIS) {
      world.redis.fencing().asksNobody();
    }
  }

  @Override
  public AgentPorts plant(AgentPorts honest, Site site) {
    return new AgentPorts(
        new StateStoreTap.On(honest.state(), tap(site)),
        this == READ_BACK_SKIPPED ? new Unread(honest.objects()) : honest.objects(),
        honest.executors(),
        honest.sealer(),
        honest.journal(),
        this == WAITING_PASSED_OVER ? hurried(honest.planner()) : honest.planner(),
        honest.procedures(),
        honest.time());
  }

  /** A way back, or a repair, that is asked to wait is planned as if it were not. */
  private static RequestInterpreter hurried(RequestInterpreter honest) {
    return (request, inventory) -> {
      var understood = honest.interpret(request, inventory);
      return understood.interpretation() instanceof Interpretation.Planned(Intent intent)
              && (intent.operation() == TaskOperation.ROLLBACK
                  || intent.operation() == TaskOperation.REPAIR_DRIFT)
          ? InterpretedRequest.plain(new Interpretation.Planned(unguarded(intent)))
          : understood;
    };
  }

  private static Intent unguarded(Intent intent) {
    return new Intent(
        intent.operation(),
        intent.target(),
        intent.changes(),
        Intent.Guards.NONE,
        intent.schedule(),
        intent.grounding());
  }

  @Override
  public ObjectStore bucket(ObjectStore honest) {
    return this == COPY_NOT_READ_BACK ? new Unread(honest) : honest;
  }

  private StateStoreTap tap(Site site) {
    return switch (this) {
      case TERM_NOT_COMPARED -> StateStoreBugs.withoutTerm();
      case LEAD_READ_AGAIN -> StateStoreBugs.leadReadAgain(site);
      case BASE_NOT_COMPARED -> StateStoreBugs.withoutBase();
      case ACTIVE_REMEMBERED -> StateStoreBugs.activeRemembered(site);
      case OPEN_NOT_COMPARED -> StateStoreBugs.openUnseen();
      case OPEN_RELEASED_EARLY -> StateStoreBugs.openReleasedEarly();
      case OPEN_NOT_HANDED_BACK -> StateStoreBugs.openDeleted();
      case OPEN_FROM_A_WATCH -> StateStoreBugs.openWatched();
      case FREEZE_NOT_COMPARED -> StateStoreBugs.withoutFreeze();
      case EPOCH_REUSED -> StateStoreBugs.epochReused();
      case CHECKPOINT_WITH_THE_COMMIT -> StateStoreBugs.checkpointLate(site);
      case COMMIT_REPEATED_BLIND -> StateStoreBugs.commitRepeated();
      case UNKNOWN_COMMIT_BELIEVED -> StateStoreBugs.commitBelieved();
      case ROLLED_BACK_AFTER_COMMIT -> StateStoreBugs.committedUndone();
      case PRESUMED_COMMIT -> StateStoreBugs.presumedCommit();
      case RECORD_BESIDE_THE_TRANSACTION -> StateStoreBugs.recordBeside();
      case LINK_BESIDE_THE_TRANSACTION -> StateStoreBugs.linkBeside();
      case CHAIN_NOT_COMPARED -> StateStoreBugs.withoutChain();
      case HELD_COLLECTED -> StateStoreBugs.heldCollected(site);
      default -> new StateStoreTap() {};
    };
  }

  @Override
  public AsyncBackendExecutor executor(SimExecutor honest, Site site) {
    return switch (this) {
      case VOTES_NOT_ASKED ->
          new BuggyExecutor(honest, (call, to) -> BuggyExecutor.unasked(call, to));
      case UNKNOWN_VOTE_IS_YES ->
          new BuggyExecutor(honest, (call, to) -> BuggyExecutor.believed(call, to));
      case PUBLISHED_BEFORE_THE_COMMIT ->
          new BuggyExecutor(
              honest, (call, to) -> BuggyExecutor.after(call, to, PlantedBug::published));
      case PREDECESSOR_COLLECTED ->
          new BuggyExecutor(
              honest, (call, to) -> BuggyExecutor.after(call, to, PlantedBug::predecessorGone));
      case STAGED_WITH_A_TTL ->
          new BuggyExecutor(
              honest,
              (call, to) -> {
                expireLater(call, to, site);
                return to.begin(call);
              });
      case ONE_STOPS_THE_WAY_BACK ->
          new BuggyExecutor(honest, (call, to) -> BuggyExecutor.vetoed(call, to, site.world()));
      case CUT_CALL_REFUSED -> new BuggyExecutor(honest, HostBugs.cutRefused());
      case GRANT_SENT_AGAIN -> new BuggyExecutor(honest, HostBugs.sentAgain());
      case ANSWERS_BY_ORDER -> new BuggyExecutor(honest, HostBugs.byOrder());
      default -> honest;
    };
  }

  private static Optional<ExecutorCall> published(ExecutorCall call) {
    return call instanceof ExecutorCall.Prepare(var activation)
        ? Optional.of(new ExecutorCall.Publish(activation))
        : Optional.empty();
  }

  private static Optional<ExecutorCall> predecessorGone(ExecutorCall call) {
    return call instanceof ExecutorCall.Publish(var activation) && activation.predecessor() > 0
        ? Optional.of(new ExecutorCall.Discard(activation.predecessor()))
        : Optional.empty();
  }

  private static void expireLater(Invocation call, SimExecutor to, Site site) {
    if (call.call() instanceof ExecutorCall.Stage(var activation)
        && to.inner() instanceof FakeParticipant participant) {
      site.line()
          .sim()
          .after(
              TTL,
              "a TTL",
              () -> participant.members().forEach(m -> participant.expire(m, activation.epoch())));
    }
  }

  /** A bucket that gives back what this process wrote, without asking. */
  private static final class Unread implements ObjectStore {
    private final ObjectStore honest;
    private final Map<String, byte[]> written = new TreeMap<>();

    Unread(ObjectStore honest) {
      this.honest = honest;
    }

    @Override
    public Put create(String name, byte[] bytes) throws InterruptedException {
      written.put(name, bytes);
      return honest.create(name, bytes);
    }

    @Override
    public Get read(String name) throws InterruptedException {
      byte[] mine = written.get(name);
      return mine == null ? honest.read(name) : new Get.Found(mine);
    }

    @Override
    public String locate(String name) {
      return honest.locate(name);
    }

    @Override
    public void close() {}
  }
}
