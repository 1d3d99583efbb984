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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
        ? new Believed(answer, yes(to, activation.digest()))
        : answer;
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

  private static CallOutcome yes(SimExecutor to, String digest) {
    List<String> members =
        to.inner() instanceof FakeParticipant p ? p.members() : List.of(to.name());
    return CallOutcome.done(
        members.stream().map(m -> MemberReport.yes(m, digest, Map.of())).toList());
  }

  /** A yes where there is no answer. */
  private record Believed(Future<CallOutcome> answer, CallOutcome yes)
      implements Future<CallOutcome> {
    @Override
    public CallOutcome get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException {
      try {
        return answer.get(timeout, unit) instanceof CallOutcome.Done done ? done : yes;
      } catch (TimeoutException e) {
        return yes;
      }
    }

    @Override
    public CallOutcome get() throws InterruptedException, ExecutionException {
      return answer.get();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return answer.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isCancelled() {
      return answer.isCancelled();
    }

    @Override
    public boolean isDone() {
      return answer.isDone();
    }
  }
}
