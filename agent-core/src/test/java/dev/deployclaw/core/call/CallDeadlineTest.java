package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CallDeadlineTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final CallOutcome DONE = CallOutcome.done(List.of());
  private static final ExecutorCall LOOK = new ExecutorCall.Look("scan", Map.of());
  private static final ExecutorCall DISCARD = new ExecutorCall.Discard(1);

  private final CountDownLatch never = new CountDownLatch(1);

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
  void runsOnAThreadNamedAfterTheOperation() throws InterruptedException {
    var thread = new AtomicReference<>(Thread.currentThread());

    call(
        LOOK,
        LONG,
        _ -> {
          thread.set(Thread.currentThread());
          return DONE;
        });

    assertThat(thread.get().isVirtual()).isTrue();
    assertThat(thread.get().getName()).isEqualTo("redis.scan");
  }

  @Test
  void cutsOffALookAsUnavailableAndAChangeAsUnknown() throws InterruptedException {
    var look = call(LOOK, SHORT, this::hangs);
    var change = call(DISCARD, SHORT, this::hangs);

    assertThat(look)
        .isEqualTo(
            CallOutcome.failed(new CallFault.Unavailable("redis.scan was cut off after 50 ms")));
    assertThat(change)
        .isEqualTo(
            CallOutcome.failed(new CallFault.Unknown("redis.discard was cut off after 50 ms")));
  }

  @Test
  void believesACallThatEndsWhenItIsInterrupted() throws InterruptedException {
    var outcome =
        call(
            LOOK,
            SHORT,
            _ -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                return DONE;
              }
              return DONE;
            });

    assertThat(outcome).isEqualTo(DONE);
  }

  /** An answer that comes after the grace changes nothing any more, and is counted once. */
  @Test
  void aLateAnswerIsUnknownOnce() throws InterruptedException {
    var late = new CountDownLatch(1);
    var answered = new CountDownLatch(1);
    var acts = new AtomicInteger();

    var outcome =
        call(
            DISCARD,
            SHORT,
            _ -> {
              acts.incrementAndGet();
              uninterrupted(late);
              answered.countDown();
              return DONE;
            });
    late.countDown();

    assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(outcome)
        .isEqualTo(CallOutcome.failed(new CallFault.Unknown("no answer within 50 ms")));
    assertThat(acts).hasValue(1);
  }

  @Test
  void holdsThoughNobodyWaitsYet() throws InterruptedException {
    var interrupted = new CountDownLatch(1);
    var executor =
        new Acting(_ -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          return DONE;
        });

    var pending =
        ExecutorRegistry.of(List.of(executor))
            .calls()
            .begin(List.of(executor), LOOK, CallContext.looking(), SHORT);

    assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(pending.answers()).containsEntry("redis", DONE);
  }

  @Test
  void aBugIsUnknown() throws InterruptedException {
    var outcome =
        call(
            LOOK,
            LONG,
            _ -> {
              throw new IllegalStateException("bug");
            });

    assertThat(outcome)
        .isEqualTo(
            CallOutcome.failed(
                new CallFault.Unknown("internal fault: java.lang.IllegalStateException: bug")));
  }

  private CallOutcome hangs(Invocation call) throws InterruptedException {
    never.await();
    return DONE;
  }

  private static void uninterrupted(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // it answers when it can, and not when it is asked to stop
      }
    }
  }

  private static CallOutcome call(ExecutorCall call, Duration deadline, Act act)
      throws InterruptedException {
    var executor = new Acting(act);
    return ExecutorRegistry.of(List.of(executor))
        .calls()
        .one(executor, call, CallContext.looking(), deadline);
  }
}
