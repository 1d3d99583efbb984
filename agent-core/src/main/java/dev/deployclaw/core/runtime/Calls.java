package dev.deployclaw.core.runtime;

import dev.deployclaw.core.grant.Grants;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
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
 * when it takes longer than its deadline and a little; one that is {@link Threadless} is only
 * asked. A thrown exception is a bug: it is logged, and the outcome is unknown. What was called
 * often enough in vain isn't called again, see {@link Conduct}.
 */
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  /** What an executor's own deadline gets before the call is interrupted. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Grants grants;

  Calls(Grants grants) {
    this.grants = grants;
  }

  Outcome one(Executor executor, Call call, Mandate mandate, Duration deadline)
      throws InterruptedException {
    return await(start(executor, call, mandate, deadline), deadline);
  }

  /** The same call to several executors at the same time. */
  SortedMap<String, Outcome> all(
      List<Executor> executors, Call call, Mandate mandate, Duration deadline)
      throws InterruptedException {
    return begin(executors, call, mandate, deadline).answers();
  }

  /** The same, but the answers are waited for later. */
  Asked begin(List<Executor> executors, Call call, Mandate mandate, Duration deadline) {
    return new Asked(
        executors.stream().map(e -> start(e, call, mandate, deadline)).toList(), deadline);
  }

  /** Who was asked, and when they must have answered. For one thread. */
  static final class Asked {
    private final List<Running> running;
    private final Duration deadline;

    private Asked(List<Running> running, Duration deadline) {
      this.running = running;
      this.deadline = deadline;
    }

    /** Waits for all of them, bounded. */
    SortedMap<String, Outcome> answers() throws InterruptedException {
      var out = new TreeMap<String, Outcome>();
      for (var one : running) {
        out.put(one.call().executor(), await(one, deadline));
      }
      return out;
    }
  }

  private record Running(Invocation call, Conduct conduct, Future<Outcome> outcome) {}

  private Running start(Executor executor, Call call, Mandate mandate, Duration deadline) {
    var bare = new Invocation(executor.name(), call, mandate.fence(), deadline);
    var invocation = grants.granted(bare, mandate.purpose());
    var outcome =
        mandate
            .conduct()
            .stops(invocation)
            .map(Calls::stopped)
            .orElseGet(() -> begun(executor, invocation));
    return new Running(invocation, mandate.conduct(), outcome);
  }

  private static Future<Outcome> stopped(String why) {
    return CompletableFuture.completedFuture(Outcome.failed(new Fault.Invalid(why)));
  }

  private static Future<Outcome> begun(Executor executor, Invocation invocation) {
    return executor instanceof Threadless threadless
        ? threadless.begin(invocation)
        : onThread(executor, invocation);
  }

  private static Future<Outcome> onThread(Executor executor, Invocation invocation) {
    var task = new FutureTask<>(() -> executor.execute(invocation));
    Thread.ofVirtual().name(invocation.operation()).start(task);
    return task;
  }

  private static Outcome await(Running running, Duration deadline) throws InterruptedException {
    var outcome = answer(running, deadline);
    running.conduct().note(running.call(), outcome);
    return outcome;
  }

  private static Outcome answer(Running running, Duration deadline) throws InterruptedException {
    try {
      return running.outcome().get(deadline.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      running.outcome().cancel(true);
      return Outcome.failed(new Fault.Unknown("no answer within " + deadline.toMillis() + " ms"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      LOG.atError()
          .addKeyValue("executor", running.call().executor())
          .setCause(e)
          .log("call threw");
      return Outcome.failed(new Fault.Unknown("internal fault: " + e.getCause()));
    } catch (InterruptedException e) {
      running.outcome().cancel(true);
      throw e;
    }
  }
}
