package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.MemberStanding;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.runtime.Threadless;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
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
record Bent(SimExecutor honest, Bend bend) implements Threadless {
  /** What is done in place of a call. */
  interface Bend {
    Future<Outcome> begin(Invocation call, SimExecutor to);
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
  public Future<Outcome> begin(Invocation call) {
    return bend.begin(call, honest);
  }

  @Override
  public Outcome execute(Invocation call) {
    return honest.execute(call);
  }

  /** Everybody votes yes without having been asked. */
  static Future<Outcome> unasked(Invocation call, SimExecutor to) {
    return call.call() instanceof Call.Prepare(var activation)
        ? CompletableFuture.completedFuture(yes(to, activation.digest()))
        : to.begin(call);
  }

  /** Whoever doesn't answer votes yes. */
  static Future<Outcome> believed(Invocation call, SimExecutor to) {
    var answer = to.begin(call);
    return call.call() instanceof Call.Prepare(var activation)
        ? new Believed(answer, yes(to, activation.digest()))
        : answer;
  }

  /** The store of policy sets votes no on a way back for whoever would. */
  static Future<Outcome> vetoed(Invocation call, SimExecutor to, World world) {
    boolean votes = call.call() instanceof Call.Prepare(var a) && a.back();
    boolean all =
        world.participants().stream()
            .flatMap(p -> p.standings().stream())
            .allMatch(MemberStanding::goes);
    return votes && !all && to.name().equals("etcd")
        ? CompletableFuture.completedFuture(
            Outcome.done(List.of(Report.no(to.name(), "somebody votes no"))))
        : to.begin(call);
  }

  /** What else a call brings about. */
  interface Besides {
    Optional<Call> of(Call call);
  }

  /** Something else is sent first, and nobody waits for it. */
  static Future<Outcome> after(Invocation call, SimExecutor to, Besides besides) {
    besides
        .of(call.call())
        .ifPresent(other -> {
          var _ = to.begin(new Invocation(call.executor(), other, call.fence(), call.deadline()));
        });
    return to.begin(call);
  }

  private static Outcome yes(SimExecutor to, String digest) {
    List<String> members =
        to.inner() instanceof FakeParticipant p ? p.members() : List.of(to.name());
    return Outcome.done(members.stream().map(m -> Report.yes(m, digest, Map.of())).toList());
  }

  /** A yes where there is no answer. */
  private record Believed(Future<Outcome> answer, Outcome yes) implements Future<Outcome> {
    @Override
    public Outcome get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException {
      try {
        return answer.get(timeout, unit) instanceof Outcome.Done done ? done : yes;
      } catch (TimeoutException e) {
        return yes;
      }
    }

    @Override
    public Outcome get() throws InterruptedException, ExecutionException {
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
