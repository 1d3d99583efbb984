package dev.deployclaw.core.call;

import dev.deployclaw.core.grant.EffectClass;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls executors: each call with a grant of its own, on a virtual thread of its own, under the one
 * deadline that a call has. At the deadline the thread is interrupted, even if no thread waits for
 * the outcome yet. A call that then ends within the grace says what happened; one that doesn't is
 * unknown, and what it says later counts no more. A thrown exception is a bug: it is logged, and
 * the outcome is unknown. What failed often enough isn't called again, see {@link
 * RepeatedFailureGuard}.
 */
public record CallDispatcher(GrantIssuer grants) {
  private static final Logger LOG = LoggerFactory.getLogger(CallDispatcher.class);

  /** What a call that was interrupted has left to say what happened. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  public CallOutcome one(
      BackendExecutor executor, ExecutorCall call, CallContext callContext, Duration deadline)
      throws InterruptedException {
    return await(start(executor, call, callContext, deadline), deadline);
  }

  /** The same call to several executors at the same time. */
  public SortedMap<String, CallOutcome> all(
      List<BackendExecutor> executors,
      ExecutorCall call,
      CallContext callContext,
      Duration deadline)
      throws InterruptedException {
    return begin(executors, call, callContext, deadline).answers();
  }

  /** The same, but the answers are waited for later. */
  public PendingCalls begin(
      List<BackendExecutor> executors,
      ExecutorCall call,
      CallContext callContext,
      Duration deadline) {
    return new PendingCalls(
        executors.stream().map(e -> start(e, call, callContext, deadline)).toList(), deadline);
  }

  /** Who was asked, and when they must have answered. For one thread. */
  public record PendingCalls(List<PendingCall> running, Duration deadline) {
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
      Invocation call, RepeatedFailureGuard failureGuard, Future<CallOutcome> outcome) {}

  private PendingCall start(
      BackendExecutor executor, ExecutorCall call, CallContext callContext, Duration deadline) {
    var bare = new Invocation(executor.name(), call, callContext.fence(), deadline);
    var invocation = grants.granted(bare, callContext.purpose());
    var outcome =
        callContext
            .failureGuard()
            .stops(invocation)
            .map(CallDispatcher::stopped)
            .orElseGet(() -> begun(executor, invocation));
    return new PendingCall(invocation, callContext.failureGuard(), outcome);
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
    var task = new InterruptibleCall(executor, invocation);
    task.start(invocation);
    return task;
  }

  /** A call on a thread of its own, which is interrupted at the deadline. */
  private static final class InterruptibleCall extends FutureTask<CallOutcome> {
    private final CompletableFuture<Boolean> deadline = new CompletableFuture<>();

    InterruptibleCall(BackendExecutor executor, Invocation call) {
      super(() -> executor.execute(call));
    }

    void start(Invocation call) {
      var thread = Thread.ofVirtual().name(call.operation()).start(this);
      var _ =
          deadline
              .completeOnTimeout(true, call.deadline().toNanos(), TimeUnit.NANOSECONDS)
              .thenRun(thread::interrupt);
    }

    @Override
    protected void done() {
      deadline.cancel(false);
    }
  }

  private static CallOutcome await(PendingCall running, Duration deadline)
      throws InterruptedException {
    var outcome = answer(running, deadline);
    running.failureGuard().note(running.call(), outcome);
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
      return thrown(running.call(), e.getCause());
    } catch (InterruptedException e) {
      running.outcome().cancel(true);
      throw e;
    }
  }

  private static CallOutcome thrown(Invocation call, @Nullable Throwable cause) {
    return switch (cause) {
      case InterruptedException _ -> cutOff(call);
      case Error error -> throw error;
      case null, default -> {
        LOG.atError().addKeyValue("executor", call.executor()).setCause(cause).log("call threw");
        yield CallOutcome.failed(new CallFault.Unknown("internal fault: " + cause));
      }
    };
  }

  /** What an interrupted call is: unknown if it may have changed something, else unavailable. */
  public static CallOutcome cutOff(Invocation call) {
    String reason = call.operation() + " was cut off after " + call.deadline().toMillis() + " ms";
    return CallOutcome.failed(
        EffectClass.of(call.call()) != EffectClass.OBSERVE
            ? new CallFault.Unknown(reason)
            : new CallFault.Unavailable(reason));
  }
}
