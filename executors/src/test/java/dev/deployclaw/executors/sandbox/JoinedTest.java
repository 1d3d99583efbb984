package dev.deployclaw.executors.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class JoinedTest {
  private static final Invocation READ =
      new Invocation("x", new Call.Look("read", Map.of()), Fence.NONE, Duration.ofSeconds(30));

  @Test
  void putsTheReportsOfAllPartsTogetherInOrder() throws Exception {
    var joined = Joined.of(List.of(part(done("x/1")), part(done("x/2"))));

    assertThat(joined.execute(READ)).isEqualTo(Outcome.done(List.of(report("x/1"), report("x/2"))));
    assertThat(joined.name()).isEqualTo("x");
    assertThat(joined.verbs()).containsExactly("read");
  }

  @Test
  void asksAllPartsAtOnce() throws Exception {
    var both = new CountDownLatch(2);
    Answer waiting =
        () -> {
          both.countDown();
          both.await();
          return done("x/1");
        };

    assertThat(Joined.of(List.of(part(waiting), part(waiting))).execute(READ))
        .isInstanceOf(Outcome.Done.class);
  }

  @Test
  void reportsAPartThatFailsAndKeepsTheOthersReports() throws Exception {
    var joined =
        Joined.of(
            List.of(
                part(Outcome.failed(new Fault.Unavailable("gone"))),
                part(done("x/2")),
                part(Outcome.failed(new Fault.Denied("no right")))));

    assertThat(joined.execute(READ))
        .isEqualTo(
            Outcome.done(
                List.of(Report.unknown("x", "gone"), report("x/2"), Report.no("x", "no right"))));
  }

  @Test
  void aPartThatSaysNothingIsNoYes() throws Exception {
    var joined = Joined.of(List.of(part(Outcome.done(List.of())), part(done("x/2"))));
    var observe = new Invocation("x", new Call.Observe(), Fence.NONE, Duration.ofSeconds(30));

    assertThat(joined.execute(observe))
        .isEqualTo(
            Outcome.done(
                List.of(Report.unknown("x", "no member of a part of it answered"), report("x/2"))));
    assertThat(joined.execute(READ)).isEqualTo(done("x/2"));
  }

  @Test
  void isTheOnlyPartWhereThereIsOne() {
    var only = part(done("x/1"));

    assertThat(Joined.of(List.of(only))).isSameAs(only);
  }

  @Test
  void refusesPartsOfDifferentNames() {
    var other =
        new Executor() {
          @Override
          public String name() {
            return "y";
          }

          @Override
          public Set<String> verbs() {
            return Set.of("read");
          }

          @Override
          public Outcome execute(Invocation call) {
            return done("y/1");
          }
        };

    assertThatThrownBy(() -> Joined.of(List.of(part(done("x/1")), other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[x, y]");
  }

  @FunctionalInterface
  private interface Answer {
    Outcome give() throws InterruptedException;
  }

  private static Outcome done(String member) {
    return Outcome.done(List.of(report(member)));
  }

  private static Report report(String member) {
    return Report.yes(member, "", Map.of());
  }

  private static Executor part(Outcome outcome) {
    return part(() -> outcome);
  }

  private static Executor part(Answer answer) {
    return new Executor() {
      @Override
      public String name() {
        return "x";
      }

      @Override
      public Set<String> verbs() {
        return Set.of("read");
      }

      @Override
      public Outcome execute(Invocation call) throws InterruptedException {
        return answer.give();
      }
    };
  }
}
