package dev.deployclaw.core.sim.bug;

import dev.deployclaw.core.call.AsyncBackendExecutor;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.MemberStanding;
import dev.deployclaw.core.sim.engine.SimExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** An executor with a planted bug in how it is called. */
record BuggyExecutor(SimExecutor honest, Bend bend) implements AsyncBackendExecutor {
  /** What is done in place of a call. */
  interface Bend {
    Future<CallOutcome> begin(Invocation call, SimExecutor to);
  }

  @Override
  public String name() {
    return honest.name();
  }

  @Override
  public Set<String> verbs() {
    return honest.verbs();
  }

  @Override
  public Future<CallOutcome> begin(Invocation call) {
    return bend.begin(call, honest);
  }

  @Override
  public CallOutcome execute(Invocation call) {
    return honest.execute(call);
  }

  /** Everybody votes yes without having been asked. */
  static Future<CallOutcome> unasked(Invocation call, SimExecutor to) {
    return call.call() instanceof ExecutorCall.Prepare(var activation)
        ? CompletableFuture.completedFuture(yes(to, activation.digest()))
        : to.begin(call);
  }

  /** Whoever doesn't answer votes yes. */
  static Future<CallOutcome> believed(Invocation call, SimExecutor to) {
    var answer = to.begin(call);
    return call.call() instanceof ExecutorCall.Prepare(var activation)
        ? believed(answer, yes(to, activation.digest()))
        : answer;
  }

  private static Future<CallOutcome> believed(Future<CallOutcome> answer, CallOutcome yes) {
    return new BentFuture(
        answer, told -> told instanceof CallOutcome.Done ? told : yes, Optional.of(yes));
  }

  /** The store of policy sets votes no on a way back for whoever would. */
  static Future<CallOutcome> vetoed(Invocation call, SimExecutor to, FakeEstate world) {
    boolean votes = call.call() instanceof ExecutorCall.Prepare(var a) && a.back();
    boolean all =
        world.participants().stream()
            .flatMap(p -> p.standings().stream())
            .allMatch(MemberStanding::goes);
    return votes && !all && to.name().equals("etcd")
        ? CompletableFuture.completedFuture(
            CallOutcome.done(List.of(MemberReport.no(to.name(), "somebody votes no"))))
        : to.begin(call);
  }

  /** What else a call brings about. */
  interface Besides {
    Optional<ExecutorCall> of(ExecutorCall call);
  }

  /** Something else is sent first, and nobody waits for it. */
  static Future<CallOutcome> after(Invocation call, SimExecutor to, Besides besides) {
    besides
        .of(call.call())
        .ifPresent(other -> {
          var _ = to.begin(new Invocation(call.executor(), other, call.fence(), call.deadline()));
        });
    return to.begin(call);
  }

  static CallOutcome yes(SimExecutor to, String digest) {
    return CallOutcome.done(
        members(to).stream().map(m -> MemberReport.yes(m, digest, Map.of())).toList());
  }

  static CallOutcome no(SimExecutor to) {
    return CallOutcome.done(
        members(to).stream().map(m -> MemberReport.no(m, "it wasn't applied")).toList());
  }

  private static List<String> members(SimExecutor to) {
    return to.inner() instanceof FakeParticipant p ? p.members() : List.of(to.name());
  }
}
