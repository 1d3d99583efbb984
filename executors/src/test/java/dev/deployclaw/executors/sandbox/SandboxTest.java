package dev.deployclaw.executors.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.grant.EffectTable;
import dev.deployclaw.core.grant.GrantCheck;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.Grants;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SandboxTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Outcome DONE = Outcome.done(List.of());
  private static final GrantKey KEY = GrantKey.random();
  private static final InstantSource CLOCK = Grants.steady();
  private static final Grants GRANTS = new Grants(KEY, CLOCK);
  private static final GrantCheck CHECK = new GrantCheck(KEY, CLOCK, EffectTable.KERNEL);

  private interface Act {
    Outcome of(Invocation call) throws InterruptedException;
  }

  private record Acting(Act act) implements Executor {
    @Override
    public String name() {
      return "redis";
    }

    @Override
    public Set<String> verbs() {
      return Set.of("scan", "discard");
    }

    @Override
    public Outcome execute(Invocation call) throws InterruptedException {
      return act.of(call);
    }
  }

  @Test
  void wrapsInTheOneOrderThatIsRight() {
    var inside = new Acting(_ -> DONE);

    var metered = around(inside, 1);

    var guarded = (Guarded) metered.inner();
    var bulkheaded = (Bulkheaded) guarded.inner();
    var limited = (TimeLimited) bulkheaded.inner();
    assertThat(limited.inner()).isSameAs(inside);
  }

  @Test
  void deniesWhatIsNotAllowedByName() throws InterruptedException {
    var calls = new AtomicInteger();
    var sandbox =
        Sandbox.around(
            new Acting(_ -> {
              calls.incrementAndGet();
              return DONE;
            }),
            new Limits(Set.of("redis.scan"), 1),
            CHECK);

    var denied = sandbox.execute(call(new Call.Discard(1), LONG));
    var allowed = sandbox.execute(call(look(), LONG));

    assertThat(denied)
        .isInstanceOfSatisfying(Outcome.Failed.class, f -> isA(f, Fault.Ungranted.class));
    assertThat(allowed).isEqualTo(DONE);
    assertThat(calls).hasValue(1);
    assertThat(sandbox.count("redis.discard").failed()).isEqualTo(1);
    assertThat(sandbox.count("redis.scan").calls()).isEqualTo(1);
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
    var granted = call(new Call.Discard(1), LONG);
    var bare = new Invocation("redis", new Call.Discard(1), Fence.NONE, LONG);
    sandbox.execute(granted);

    for (var refused : List.of(granted, bare)) {
      assertThat(sandbox.execute(refused))
          .isInstanceOfSatisfying(Outcome.Failed.class, f -> isA(f, Fault.Ungranted.class));
    }
    assertThat(calls).hasValue(1);
    assertThat(sandbox.count("redis.discard").failed()).isEqualTo(2);
  }

  @Test
  void runsOnAThreadNamedAfterTheOperation() throws InterruptedException {
    var thread = new AtomicReference<>(Thread.currentThread());
    var sandbox =
        around(
            new Acting(_ -> {
              thread.set(Thread.currentThread());
              return DONE;
            }),
            1);

    sandbox.execute(call(look(), LONG));

    assertThat(thread.get().isVirtual()).isTrue();
    assertThat(thread.get().getName()).isEqualTo("redis.scan");
  }

  @Test
  void cutsOffALookAsUnavailableAndAChangeAsUnknown() throws InterruptedException {
    var never = new CountDownLatch(1);
    var sandbox =
        around(
            new Acting(_ -> {
              never.await();
              return DONE;
            }),
            1);

    var look = sandbox.execute(call(look(), SHORT));
    var change = sandbox.execute(call(new Call.Discard(1), SHORT));

    assertThat(look)
        .isInstanceOfSatisfying(Outcome.Failed.class, f -> isA(f, Fault.Unavailable.class));
    assertThat(change)
        .isInstanceOfSatisfying(Outcome.Failed.class, f -> isA(f, Fault.Unknown.class));
  }

  @Test
  void believesACallThatEndsWhenItIsInterrupted() throws InterruptedException {
    var never = new CountDownLatch(1);
    var sandbox =
        around(
            new Acting(_ -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                return DONE;
              }
              return DONE;
            }),
            1);

    assertThat(sandbox.execute(call(look(), SHORT))).isEqualTo(DONE);
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
        .isInstanceOfSatisfying(Outcome.Failed.class, f -> isA(f, Fault.Unavailable.class));
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
    assertThat(sandbox.count("redis.scan").failed()).isEqualTo(1);
  }

  private static void run(Executor sandbox) {
    try {
      sandbox.execute(call(look(), LONG));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Metered around(Executor executor, int atOnce) {
    return Sandbox.around(
        executor, new Limits(Set.of("redis.scan", "redis.discard"), atOnce), CHECK);
  }

  private static Call look() {
    return new Call.Look("scan", Map.of());
  }

  private static Invocation call(Call call, Duration deadline) {
    return GRANTS.granted(
        new Invocation("redis", call, Fence.NONE, deadline), new Purpose("arch-1", "plan", 1));
  }

  private static void isA(Outcome.Failed failed, Class<? extends Fault> kind) {
    assertThat(failed.fault()).isInstanceOf(kind);
  }
}
