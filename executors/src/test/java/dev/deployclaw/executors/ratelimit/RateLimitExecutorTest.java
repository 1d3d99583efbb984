package dev.deployclaw.executors.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.WebStub;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Ports;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RateLimitExecutorTest {
  private static final Activation SECOND =
      new Activation(
          "arch-1",
          2,
          PolicySet.EMPTY.digest(),
          PolicySet.EMPTY,
          1,
          Optional.empty(),
          Optional.empty());
  private static final Duration AT_MOST = Duration.ofMinutes(1);
  private static final Held FIRST = new Held(1, "first");
  private static final Held WANTED = new Held(2, SECOND.digest());

  private final AtomicReference<ServiceStatus> status =
      new AtomicReference<>(status("ok", FIRST, FIRST));
  private final WebStub service =
      WebStub.start((_, _) -> new WebStub.Answer(200, Map.of(), status.get().toJson()));

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void votesOnceTheServiceHoldsTheEpoch() throws InterruptedException {
    var late =
        Thread.ofVirtual()
            .start(() -> {
              Await.until("it was asked", AT_MOST, () -> service.requests() >= 3);
              status.set(status("ok", FIRST, FIRST, WANTED));
            });

    var vote = ask(new Call.Prepare(SECOND), Duration.ofMinutes(2)).getFirst();

    late.join();
    assertThat(vote.answer()).isEqualTo(Answer.YES);
    assertThat(vote.digest()).isEqualTo(SECOND.digest());
    assertThat(vote.member()).isEqualTo("ratelimit/edge/" + service.address());
  }

  @Test
  void votesNoWhenTheEpochDoesNotCome() throws InterruptedException {
    var vote = ask(new Call.Prepare(SECOND), Duration.ofSeconds(2)).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("does not hold epoch 2");
  }

  @Test
  void votesNoWhenTheServiceCantAskRedis() throws InterruptedException {
    status.set(status("no primary for slot 7", FIRST, FIRST, WANTED));

    var vote = ask(new Call.Prepare(SECOND), Duration.ofSeconds(2)).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("slot 7");
  }

  @Test
  void hasConvergedOnceEveryPrimaryDecidesByTheEpoch() throws InterruptedException {
    status.set(status("ok", FIRST, FIRST, WANTED));
    var before = ask(new Call.Converge(SECOND), AT_MOST).getFirst();
    status.set(status("ok", WANTED, WANTED));
    var after = ask(new Call.Converge(SECOND), AT_MOST).getFirst();

    assertThat(before.answer()).isEqualTo(Answer.NO);
    assertThat(before.reason()).isEqualTo("decides by epoch 1");
    assertThat(after.answer()).isEqualTo(Answer.YES);
  }

  @Test
  void hasNotConvergedWhileItDoesNotHoldWhatRedisDecidesBy() throws InterruptedException {
    status.set(status("ok", WANTED, FIRST));

    var report = ask(new Call.Converge(SECOND), AT_MOST).getFirst();

    assertThat(report.answer()).isEqualTo(Answer.NO);
    assertThat(report.reason()).isEqualTo("does not hold epoch 2");
  }

  @Test
  void doesNotKnowWhatAServiceSaysThatDoesNotAnswer() throws InterruptedException {
    var nobody = new Service("edge", URI.create("http://127.0.0.1:" + Ports.free()));

    assertThat(ask(nobody, new Call.Converge(SECOND), AT_MOST))
        .extracting(Report::answer)
        .containsExactly(Answer.UNKNOWN);
  }

  @Test
  @Timeout(120)
  void doesNotWaitForTheVoteOfAServiceThatDoesNotAnswer() throws InterruptedException {
    var nobody = new Service("edge", URI.create("http://127.0.0.1:" + Ports.free()));

    assertThat(ask(nobody, new Call.Prepare(SECOND), Duration.ofHours(1)))
        .extracting(Report::answer)
        .containsExactly(Answer.UNKNOWN);
  }

  @Test
  void hasNothingToStagePublishOrDiscard() throws InterruptedException {
    for (var call :
        List.of(new Call.Stage(SECOND), new Call.Publish(SECOND), new Call.Discard(2))) {
      assertThat(ask(call, AT_MOST)).extracting(Report::answer).containsExactly(Answer.SKIPPED);
    }
    assertThat(service.requests()).isZero();
  }

  @Test
  void isLeftOutWhereNoServiceIsConfigured() throws InterruptedException {
    var executor = new RateLimitExecutor(RateLimitSettings.of(List.of()));
    for (var call : List.of(new Call.Observe(), new Call.Prepare(SECOND))) {
      var outcome = executor.execute(new Invocation("ratelimit", call, Fence.NONE, AT_MOST));

      assertThat(((Outcome.Done) outcome).reports())
          .containsExactly(Report.skipped("ratelimit", "no rate limit service is configured"));
    }
  }

  private List<Report> ask(Call call, Duration deadline) throws InterruptedException {
    return ask(new Service("edge", service.url()), call, deadline);
  }

  private static List<Report> ask(Service service, Call call, Duration deadline)
      throws InterruptedException {
    var executor = new RateLimitExecutor(RateLimitSettings.of(List.of(service)));
    var outcome = executor.execute(new Invocation("ratelimit", call, Fence.NONE, deadline));
    return outcome instanceof Outcome.Done done ? done.reports() : List.of();
  }

  private static ServiceStatus status(String redis, Held decided, Held... held) {
    return new ServiceStatus(List.of(held), redis, Optional.of(decided), List.of());
  }
}
