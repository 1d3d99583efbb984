package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.Grants;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.PolicySet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConductTest {
  private static final Grants GRANTS = Grants.unchecked();
  private static final Activation ACTIVATION =
      new Activation("arch-1", 1, "d", PolicySet.EMPTY, 0, Optional.empty(), Optional.empty());
  private static final Outcome DENIED = Outcome.failed(new Fault.Denied("NOPERM"));
  private static final Outcome UNGRANTED = Outcome.failed(new Fault.Ungranted("no grant"));
  private static final Outcome ANSWER = Outcome.done(List.of(Report.yes("redis/a", "d", Map.of())));

  private final Conduct conduct = new Conduct();

  @Test
  void stopsACallThatWasRefusedThreeTimes() {
    var call = new Call.Publish(ACTIVATION);
    note(call, DENIED, 2);
    assertThat(conduct.stops(granted(call))).isEmpty();

    note(call, DENIED, 1);

    assertThat(conduct.stops(granted(call)).orElseThrow())
        .contains("redis.publish was called 3 times with the same arguments", "no permission");
    assertThat(conduct.stops(granted(new Call.Discard(1)))).as("another call").isEmpty();
    assertThat(conduct.stops(granted(new Call.Publish(ACTIVATION.named("arch-2")))))
        .as("other arguments")
        .isEmpty();
  }

  @Test
  void differentOutcomesAreNoLoop() {
    var call = new Call.Publish(ACTIVATION);
    note(call, DENIED, 2);
    note(call, Outcome.failed(new Fault.Invalid("no")), 2);

    assertThat(conduct.stops(granted(call))).isEmpty();
  }

  @Test
  void whatWaitingMendsAndWhatIsPolledIsNoLoop() {
    note(new Call.Publish(ACTIVATION), Outcome.failed(new Fault.Unavailable("away")), 9);
    note(new Call.Publish(ACTIVATION), Outcome.failed(new Fault.Unknown("lost")), 9);
    note(new Call.Publish(ACTIVATION), ANSWER, 9);
    note(new Call.Converge(ACTIVATION), DENIED, 9);

    assertThat(conduct.stops(granted(new Call.Publish(ACTIVATION)))).isEmpty();
    assertThat(conduct.stops(granted(new Call.Converge(ACTIVATION)))).isEmpty();
    assertThat(conduct.oversteps(3)).isFalse();
  }

  @Test
  void aSkillsLookIsOverTheThirdTimeWhateverItSees() {
    assertThat(conduct.asked("redis.scan", ANSWER)).isEmpty();
    assertThat(conduct.asked("redis.scan", ANSWER)).isEmpty();
    assertThat(conduct.asked("redis.clock", ANSWER)).isEmpty();

    assertThat(conduct.asked("redis.scan", ANSWER).orElseThrow())
        .contains("redis.scan was called 3 times", "an answer");
  }

  @Test
  void oversteppingIsWhatTheSandboxRefusesThreeTimes() {
    note(new Call.Publish(ACTIVATION), DENIED, 5);
    note(new Call.Discard(1), UNGRANTED, 1);
    note(new Call.Discard(2), UNGRANTED, 1);
    assertThat(conduct.oversteps(3)).isFalse();

    note(new Call.Converge(ACTIVATION), UNGRANTED, 1);

    assertThat(conduct.oversteps(3)).isTrue();
  }

  private void note(Call call, Outcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      conduct.note(granted(call), outcome);
    }
  }

  private static Invocation granted(Call call) {
    return GRANTS.granted(
        new Invocation("redis", call, Fence.NONE, Duration.ofSeconds(1)),
        new Purpose("arch-1", "plan", 1));
  }
}
