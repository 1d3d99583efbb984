package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RepeatedFailureGuardTest {
  private static final GrantIssuer GRANTS = GrantIssuer.unchecked();
  private static final EpochSpec ACTIVATION =
      new EpochSpec("arch-1", 1, "d", PolicySet.EMPTY, 0, Optional.empty(), Optional.empty());
  private static final CallOutcome DENIED = CallOutcome.failed(new CallFault.Denied("NOPERM"));
  private static final CallOutcome UNGRANTED =
      CallOutcome.failed(new CallFault.Ungranted("no grant"));
  private static final CallOutcome ANSWER =
      CallOutcome.done(List.of(MemberReport.yes("redis/a", "d", Map.of())));

  private final RepeatedFailureGuard failureGuard = new RepeatedFailureGuard();

  @Test
  void stopsACallThatWasRefusedThreeTimes() {
    var call = new ExecutorCall.Publish(ACTIVATION);
    note(call, DENIED, 2);
    assertThat(failureGuard.stops(granted(call))).isEmpty();

    note(call, DENIED, 1);

    assertThat(failureGuard.stops(granted(call)).orElseThrow())
        .contains("redis.publish was called 3 times with the same arguments", "no permission");
    assertThat(failureGuard.stops(granted(new ExecutorCall.Discard(1))))
        .as("another call")
        .isEmpty();
    assertThat(failureGuard.stops(granted(new ExecutorCall.Publish(ACTIVATION.named("arch-2")))))
        .as("other arguments")
        .isEmpty();
  }

  @Test
  void differentOutcomesAreNoLoop() {
    var call = new ExecutorCall.Publish(ACTIVATION);
    note(call, DENIED, 2);
    note(call, CallOutcome.failed(new CallFault.Invalid("no")), 2);

    assertThat(failureGuard.stops(granted(call))).isEmpty();
  }

  @Test
  void whatWaitingMendsAndWhatIsPolledIsNoLoop() {
    note(
        new ExecutorCall.Publish(ACTIVATION),
        CallOutcome.failed(new CallFault.Unavailable("away")),
        9);
    note(
        new ExecutorCall.Publish(ACTIVATION), CallOutcome.failed(new CallFault.Unknown("lost")), 9);
    note(new ExecutorCall.Publish(ACTIVATION), ANSWER, 9);
    note(new ExecutorCall.Converge(ACTIVATION), DENIED, 9);

    assertThat(failureGuard.stops(granted(new ExecutorCall.Publish(ACTIVATION)))).isEmpty();
    assertThat(failureGuard.stops(granted(new ExecutorCall.Converge(ACTIVATION)))).isEmpty();
    assertThat(failureGuard.oversteps(3)).isFalse();
  }

  @Test
  void aSkillsLookIsOverTheThirdTimeWhateverItSees() {
    assertThat(failureGuard.asked("redis.scan", ANSWER)).isEmpty();
    assertThat(failureGuard.asked("redis.scan", ANSWER)).isEmpty();
    assertThat(failureGuard.asked("redis.clock", ANSWER)).isEmpty();

    assertThat(failureGuard.asked("redis.scan", ANSWER).orElseThrow())
        .contains("redis.scan was called 3 times", "an answer");
  }

  @Test
  void oversteppingIsWhatTheSandboxRefusesThreeTimes() {
    note(new ExecutorCall.Publish(ACTIVATION), DENIED, 5);
    note(new ExecutorCall.Discard(1), UNGRANTED, 1);
    note(new ExecutorCall.Discard(2), UNGRANTED, 1);
    assertThat(failureGuard.oversteps(3)).isFalse();

    note(new ExecutorCall.Converge(ACTIVATION), UNGRANTED, 1);

    assertThat(failureGuard.oversteps(3)).isTrue();
  }

  private void note(ExecutorCall call, CallOutcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      failureGuard.note(granted(call), outcome);
    }
  }

  private static Invocation granted(ExecutorCall call) {
    return GRANTS.granted(
        new Invocation("redis", call, FencingToken.NONE, Duration.ofSeconds(1)),
        new Purpose("arch-1", "plan", 1));
  }
}
