package dev.deployclaw.executors.kubernetes.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutPollPacerTest {
  private static final Duration LEAST = Duration.ofMillis(500);
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(100);

  private long now;
  private final RolloutPollPacer pace =
      new RolloutPollPacer(LEAST, () -> now, t -> now += t.toNanos());

  @Test
  void asksOftenAtFirstAndThenMoreAndMoreSeldom() throws Exception {
    var looks = looks(1, Duration.ofMinutes(2));

    assertThat(looks).hasSizeBetween(60, 80);
    assertThat(looks.getFirst()).isZero();
    assertThat(between(looks, 1)).isEqualTo(LEAST);
    assertThat(between(looks, looks.size() - 1)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void anotherRolloutIsLookedAtWithoutAWait() throws Exception {
    looks(1, Duration.ofMinutes(1));
    long before = now;

    pace.await(2, DEADLINE);

    assertThat(now).isEqualTo(before);
  }

  @Test
  void theSameEpochAgainIsAnotherRolloutOnceItWasDone() throws Exception {
    looks(1, Duration.ofMinutes(1));
    pace.finished();
    long before = now;

    pace.await(1, DEADLINE);

    assertThat(now).isEqualTo(before);
  }

  @Test
  void theSameEpochMuchLaterIsAnotherRollout() throws Exception {
    looks(1, Duration.ofMinutes(1));
    now += Duration.ofMinutes(1).toNanos();
    long before = now;

    pace.await(1, DEADLINE);

    assertThat(now).isEqualTo(before);
  }

  @Test
  void aCallThatMustEndSoonWaitsForAQuarterOfItsTimeOnly() throws Exception {
    looks(1, Duration.ofMinutes(1));
    long before = now;

    pace.await(1, Duration.ofSeconds(1));

    assertThat(Duration.ofNanos(now - before)).isEqualTo(Duration.ofMillis(250));
  }

  /** When each look of a waiting leader begins, who asks again a moment after each answer. */
  private List<Long> looks(long epoch, Duration within) throws InterruptedException {
    var out = new ArrayList<Long>();
    long end = now + within.toNanos();
    while (now < end) {
      pace.await(epoch, DEADLINE);
      out.add(now);
      now += POLL.toNanos();
    }
    return out;
  }

  private static Duration between(List<Long> looks, int at) {
    return Duration.ofNanos(looks.get(at) - looks.get(at - 1));
  }
}
