package dev.deployclaw.executors.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CompositeExecutorTest {
  private static final Invocation READ =
      new Invocation(
          "x", new ExecutorCall.Look("read", Map.of()), FencingToken.NONE, Duration.ofSeconds(30));

  @Test
  void putsTheReportsOfAllPartsTogetherInOrder() throws Exception {
    var joined = CompositeExecutor.of(List.of(part(done("x/1")), part(done("x/2"))));

    assertThat(joined.execute(READ))
        .isEqualTo(CallOutcome.done(List.of(report("x/1"), report("x/2"))));
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

    assertThat(CompositeExecutor.of(List.of(part(waiting), part(waiting))).execute(READ))
        .isInstanceOf(CallOutcome.Done.class);
  }

  @Test
  void reportsAPartThatFailsAndKeepsTheOthersReports() throws Exception {
    var joined =
        CompositeExecutor.of(
            List.of(
                part(CallOutcome.failed(new CallFault.Unavailable("gone"))),
                part(done("x/2")),
                part(CallOutcome.failed(new CallFault.Denied("no right")))));

    assertThat(joined.execute(READ))
        .isEqualTo(
            CallOutcome.done(
                List.of(
                    MemberReport.unknown("x", "gone"),
                    report("x/2"),
                    MemberReport.denied("x", "no right"))));
  }

  @Test
  void aPartThatSaysNothingIsNoYes() throws Exception {
    var joined =
        CompositeExecutor.of(List.of(part(CallOutcome.done(List.of())), part(done("x/2"))));
    var observe =
        new Invocation("x", new ExecutorCall.Observe(), FencingToken.NONE, Duration.ofSeconds(30));

    assertThat(joined.execute(observe))
        .isEqualTo(
            CallOutcome.done(
                List.of(
                    MemberReport.unknown("x", "no member of a part of it answered"),
                    report("x/2"))));
    assertThat(joined.execute(READ)).isEqualTo(done("x/2"));
  }

  @Test
  void isTheOnlyPartWhereThereIsOne() {
    var only = part(done("x/1"));

    assertThat(CompositeExecutor.of(List.of(only))).isSameAs(only);
  }

  @Test
  void refusesPartsOfDifferentNames() {
    var other =
        new BackendExecutor() {
          @Override
          public String name() {
            return "y";
          }

          @Override
          public Set<String> verbs() {
            return Set.of("read");
          }

          @Override
          public CallOutcome execute(Invocation call) {
            return done("y/1");
          }
        };

    assertThatThrownBy(() -> CompositeExecutor.of(List.of(part(done("x/1")), other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[x, y]");
  }

  @FunctionalInterface
  private interface Answer {
    CallOutcome give() throws InterruptedException;
  }

  private static CallOutcome done(String member) {
    return CallOutcome.done(List.of(report(member)));
  }

  private static MemberReport report(String member) {
    return MemberReport.yes(member, "", Map.of());
  }

  private static BackendExecutor part(CallOutcome outcome) {
    return part(() -> outcome);
  }

  private static BackendExecutor part(Answer answer) {
    return new BackendExecutor() {
      @Override
      public String name() {
        return "x";
      }

      @Override
      public Set<String> verbs() {
        return Set.of("read");
      }

      @Override
      public CallOutcome execute(Invocation call) throws InterruptedException {
        return answer.give();
      }
    };
  }
}
