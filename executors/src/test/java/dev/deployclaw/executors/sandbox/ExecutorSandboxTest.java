package dev.deployclaw.executors.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExecutorSandboxTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final CallOutcome DONE = CallOutcome.done(List.of());
  private static final GrantKey KEY = GrantKey.random();
  private static final InstantSource CLOCK = GrantIssuer.steady();
  private static final GrantIssuer GRANTS = new GrantIssuer(KEY, CLOCK);
  private static final GrantVerifier CHECK =
      new GrantVerifier(KEY, CLOCK, OperationAllowlist.KERNEL);

  private interface Act {
    CallOutcome of(Invocation call) throws InterruptedException;
  }

  private record Acting(Act act) implements BackendExecutor {
    @Override
    public String name() {
      return "redis";
    }

    @Override
    public Set<String> verbs() {
      return Set.of("scan", "discard");
    }

    @Override
    public CallOutcome execute(Invocation call) throws InterruptedException {
      return act.of(call);
    }
  }

  @Test
  void wrapsInTheOneOrderThatIsRight() {
    var inside = new Acting(_ -> DONE);

    var guarded = (AuthorizingExecutor) around(inside, 1);

    var bulkheaded = (BulkheadExecutor) guarded.inner();
    assertThat(bulkheaded.inner()).isSameAs(inside);
  }

  @Test
  void deniesWhatIsNotAllowedByName() throws InterruptedException {
    var calls = new AtomicInteger();
    var sandbox =
        ExecutorSandbox.around(
            new Acting(_ -> {
              calls.incrementAndGet();
              return DONE;
            }),
            new ExecutorLimits(Set.of("redis.scan"), 1),
            CHECK);

    var denied = sandbox.execute(call(new ExecutorCall.Discard(1), LONG));
    var allowed = sandbox.execute(call(look(), LONG));

    assertThat(denied)
        .isInstanceOfSatisfying(CallOutcome.Failed.class, f -> isA(f, CallFault.Ungranted.class));
    assertThat(allowed).isEqualTo(DONE);
    assertThat(calls).hasValue(1);
  }

  @Test
  void nothingRunsWithoutAGrantOrByOneThatWasUsed() throws InterruptedException {
    var calls = new AtomicInteger();
    var sandbox =
        around(
            new Acting(_ -> {
              calls.incrementAndGet();
              return DONE;
            }),
            1);
    var granted = call(new ExecutorCall.Discard(1), LONG);
    var bare = new Invocation("redis", new ExecutorCall.Discard(1), FencingToken.NONE, LONG);
    sandbox.execute(granted);

    for (var refused : List.of(granted, bare)) {
      assertThat(sandbox.execute(refused))
          .isInstanceOfSatisfying(CallOutcome.Failed.class, f -> isA(f, CallFault.Ungranted.class));
    }
    assertThat(calls).hasValue(1);
  }

  @Test
  void saysOfAnInterruptedCallWhatItMayHaveDone() throws InterruptedException {
    var sandbox =
        around(
            new Acting(_ -> {
              throw new InterruptedException();
            }),
            1);

    assertThat(sandbox.execute(call(new ExecutorCall.Discard(1), LONG)))
        .isEqualTo(
            CallOutcome.failed(new CallFault.Unknown("redis.discard was cut off after 60000 ms")));
    assertThat(sandbox.execute(call(look(), LONG)))
        .isEqualTo(
            CallOutcome.failed(new CallFault.Unavailable("redis.scan was cut off after 60000 ms")));
  }

  @Test
  void saysOfACallThatIsInterruptedWhileItWaitsThatNothingWasApplied() throws InterruptedException {
    var inside = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var sandbox =
        around(
            new Acting(_ -> {
              inside.countDown();
              release.await();
              return DONE;
            }),
            1);
    var first = Thread.ofVirtual().start(() -> run(sandbox));
    assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

    Thread.currentThread().interrupt();
    var second = sandbox.execute(call(new ExecutorCall.Discard(1), LONG));
    release.countDown();
    first.join();

    assertThat(second)
        .isEqualTo(
            CallOutcome.failed(new CallFault.Unavailable("redis.discard found no free slot")));
  }

  @Test
  void letsACallWaitForAPlaceAtMostItsDeadline() throws InterruptedException {
    var inside = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var sandbox =
        around(
            new Acting(_ -> {
              inside.countDown();
              release.await();
              return DONE;
            }),
            1);
    var first = Thread.ofVirtual().start(() -> run(sandbox));
    assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

    var second = sandbox.execute(call(look(), SHORT));
    release.countDown();
    first.join();

    assertThat(second)
        .isInstanceOfSatisfying(CallOutcome.Failed.class, f -> isA(f, CallFault.Unavailable.class));
  }

  @Test
  void letsABugThrough() {
    var sandbox =
        around(
            new Acting(_ -> {
              throw new IllegalStateException("bug");
            }),
            1);

    assertThatThrownBy(() -> sandbox.execute(call(look(), LONG)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bug");
  }

  private static void run(BackendExecutor sandbox) {
    try {
      sandbox.execute(call(look(), LONG));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static BackendExecutor around(BackendExecutor executor, int atOnce) {
    return ExecutorSandbox.around(
        executor, new ExecutorLimits(Set.of("redis.scan", "redis.discard"), atOnce), CHECK);
  }

  private static ExecutorCall look() {
    return new ExecutorCall.Look("scan", Map.of());
  }

  private static Invocation call(ExecutorCall call, Duration deadline) {
    return GRANTS.granted(
        new Invocation("redis", call, FencingToken.NONE, deadline),
        new Purpose("arch-1", "plan", 1));
  }

  private static void isA(CallOutcome.Failed failed, Class<? extends CallFault> kind) {
    assertThat(failed.fault()).isInstanceOf(kind);
  }
}
