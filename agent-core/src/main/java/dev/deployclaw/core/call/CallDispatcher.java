package dev.deployclaw.core.call;

import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls executors: each call with a grant of its own, on a virtual thread of its own, interrupted
 * when it takes longer than its deadline and a little; one that is {@link AsyncBackendExecutor} is
 * only asked. A thrown exception is a bug: it is logged, and the outcome is unknown. What was
 * called often enough in vain isn't called again, see {@link RepeatedFailureGuard}.
 */
public final class CallDispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(CallDispatcher.class);

  /** What an executor's own deadline gets before the call is interrupted. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final GrantIssuer grants;

  CallDispatcher(GrantIssuer grants) {
    this.grants = grants;
  }

  public CallOutcome one(
      BackendExecutor executor, ExecutorCall call, CallContext mandate, Duration deadline)
      throws InterruptedException {
    return await(start(executor, call, mandate, deadline), deadline);
  }

  /** The same call to several executors at the same time. */
  public SortedMap<String, CallOutcome> all(
      List<BackendExecutor> executors, ExecutorCall call, CallContext mandate, Duration deadline)
      throws InterruptedException {
    return begin(executors, call, mandate, deadline).answers();
  }

  /** The same, but the answers are waited for later. */
  public PendingCalls begin(
      List<BackendExecutor> executors, ExecutorCall call, CallContext mandate, Duration deadline) {
    return new PendingCalls(
        executors.stream().map(e -> start(e, call, mandate, deadline)).toList(), deadline);
  }

  /** Who was asked, and when they must have answered. For one thread. */
  public static final class PendingCalls {
    private final List<PendingCall> running;
    private final Duration deadline;

    private PendingCalls(List<PendingCall> running, Duration deadline) {
      this.running = running;
      this.deadline = deadline;
    }

    /** Waits for all of them, bounded. */
    public SortedMap<String, CallOutcome> answers() throws InterruptedException {
      var out = new TreeMap<String, CallOutcome>();
      for (var one : running) {
        out.put(one.call().executor(), await(one, deadline));
      }
      return out;
    }
  }

  private record PendingCall(
      Invocation call, RepeatedFailureGuard conduct, Future<CallOutcome> outcome) {}

  private PendingCall start(
      BackendExecutor executor, ExecutorCall call, CallContext mandate, Duration deadline) {
    var bare = new Invocation(executor.name(), call, mandate.fence(), deadline);
    var invocation = grants.granted(bare, mandate.purpose());
    var outcome =
        mandate
            .conduct()
            .stops(invocation)
            .map(CallDispatcher::stopped)
            .orElseGet(() -> begun(executor, invocation));
    return new PendingCall(invocation, mandate.conduct(), outcome);
  }

  private static Future<CallOutcome> stopped(String why) {
    return CompletableFuture.completedFuture(CallOutcome.failed(new CallFault.Invalid(why)));
  }

  private static Future<CallOutcome> begun(BackendExecutor executor, Invocation invocation) {
    return executor instanceof AsyncBackendExecutor threadless
        ? threadless.begin(invocation)
        : onThread(executor, invocation);
  }

  private static Future<CallOutcome> onThread(BackendExecutor executor, Invocation invocation) {
    var task = new FutureTask<>(() -> executor.execute(invocation));
    Thread.ofVirtual().name(invocation.operation()).start(task);
    return task;
  }

  private static CallOutcome await(PendingCall running, Duration deadline)
      throws InterruptedException {
    var outcome = answer(running, deadline);
    running.conduct().note(running.call(), outcome);
    return outcome;
  }

  private static CallOutcome answer(PendingCall running, Duration deadline)
      throws InterruptedException {
    try {
      return running.outcome().get(deadline.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      running.outcome().cancel(true);
      return CallOutcome.failed(
          new CallFault.Unknown("no answer within " + deadline.toMillis() + " ms"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      LOG.atError()
          .addKeyValue("executor", running.call().executor())
          .setCause(e)
          .log("call threw");
      return CallOutcome.failed(new CallFault.Unknown("internal fault: " + e.getCause()));
    } catch (InterruptedException e) {
      running.outcome().cancel(true);
      throw e;
    }
  }
}
