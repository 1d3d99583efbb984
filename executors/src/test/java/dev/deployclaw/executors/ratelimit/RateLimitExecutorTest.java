package dev.deployclaw.executors.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.EpochSpec.Candidate;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RateLimitExecutorTest {
  private static final EpochSpec SECOND =
      new EpochSpec(
          "arch-1",
          2,
          PolicySet.EMPTY.digest(),
          PolicySet.EMPTY,
          1,
          Optional.empty(),
          Optional.empty());
  private static final Duration AT_MOST = Duration.ofMinutes(1);

  /** Of an answer that changes nothing however often it is given. */
  private static final Duration BRIEF = Duration.ofSeconds(2);

  private static final Held FIRST = new Held(1, "first");
  private static final Held WANTED = new Held(2, SECOND.digest());

  private static final ExecutorCall TOPOLOGY = new ExecutorCall.Look("topology", Map.of());

  private final AtomicReference<Map<String, String>> configured =
      new AtomicReference<>(Map.of("one", "127.0.0.1:7001", "two", "127.0.0.1:7002"));
  private final AtomicReference<ServiceStatus> status =
      new AtomicReference<>(status("ok", FIRST, FIRST));

  @AutoClose
  private final FakeHttpServer service =
      FakeHttpServer.start(_ -> FakeHttpServer.Answer.of(200, status.get().toJson()));

  @Test
  void votesOnceTheServiceHoldsTheEpoch() throws InterruptedException {
    var late =
        Thread.ofVirtual()
            .start(() -> {
              BoundedWait.until("it was asked", AT_MOST, () -> service.requests().size() >= 3);
              status.set(status("ok", FIRST, FIRST, WANTED));
            });

    var vote = ask(new ExecutorCall.Prepare(SECOND), Duration.ofMinutes(2)).getFirst();

    late.join();
    assertThat(vote.answer()).isEqualTo(Answer.YES);
    assertThat(vote.digest()).isEqualTo(SECOND.digest());
    assertThat(vote.member()).isEqualTo("ratelimit/edge/" + service.address());
  }

  @Test
  void votesNoWhenTheEpochDoesNotCome() throws InterruptedException {
    var vote = ask(new ExecutorCall.Prepare(SECOND), Duration.ofSeconds(2)).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("does not hold epoch 2");
  }

  @Test
  void votesNoWhenTheServiceCantAskRedis() throws InterruptedException {
    status.set(status("no primary for slot 7", FIRST, FIRST, WANTED));

    var vote = ask(new ExecutorCall.Prepare(SECOND), Duration.ofSeconds(2)).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("slot 7");
  }

  @Test
  void hasConvergedOnceEveryPrimaryDecidesByTheEpoch() throws InterruptedException {
    status.set(status("ok", FIRST, FIRST, WANTED));
    var before = ask(new ExecutorCall.Converge(SECOND), AT_MOST).getFirst();
    status.set(status("ok", WANTED, WANTED));
    var after = ask(new ExecutorCall.Converge(SECOND), AT_MOST).getFirst();

    assertThat(before.answer()).isEqualTo(Answer.NO);
    assertThat(before.reason()).isEqualTo("decides by epoch 1");
    assertThat(after.answer()).isEqualTo(Answer.YES);
  }

  @Test
  void hasNotConvergedWhileItDoesNotHoldWhatRedisDecidesBy() throws InterruptedException {
    status.set(status("ok", WANTED, FIRST));

    var report = ask(new ExecutorCall.Converge(SECOND), AT_MOST).getFirst();

    assertThat(report.answer()).isEqualTo(Answer.NO);
    assertThat(report.reason()).isEqualTo("does not hold epoch 2");
  }

  @Test
  void doesNotKnowWhatAServiceSaysThatDoesNotAnswer() throws InterruptedException {
    var nobody =
        new Service(
            "edge",
            URI.create("http://127.0.0.1:" + FreePortFinder.free()),
            RateLimitSettings.Access.OPEN);

    assertThat(ask(nobody, new ExecutorCall.Converge(SECOND), AT_MOST))
        .extracting(MemberReport::answer)
        .containsExactly(Answer.UNKNOWN);
  }

  @Test
  @Timeout(120)
  void doesNotWaitForTheVoteOfAServiceThatDoesNotAnswer() throws InterruptedException {
    var nobody =
        new Service(
            "edge",
            URI.create("http://127.0.0.1:" + FreePortFinder.free()),
            RateLimitSettings.Access.OPEN);

    var settings = new RateLimitSettings(List.of(nobody), 8, BRIEF, Duration.ofMillis(50));

    assertThat(ask(settings, new ExecutorCall.Prepare(SECOND), Duration.ofHours(1)))
        .extracting(MemberReport::answer)
        .containsExactly(Answer.UNKNOWN);
  }

  @Test
  void namesAServiceThatAsksAnotherRedisAndSaysWhatToDo() throws InterruptedException {
    asks(new Asked("127.0.0.1:7001", "one"), new Asked("127.0.0.1:9999", "stranger"));

    for (var call :
        List.of(TOPOLOGY, new ExecutorCall.Observe(), new ExecutorCall.Converge(SECOND))) {
      var report = ask(call, AT_MOST).getFirst();

      assertThat(report.answer()).as(call.verb()).isEqualTo(Answer.NO);
      assertThat(report.member()).isEqualTo("ratelimit/edge/" + service.address());
      assertThat(report.reason())
          .isEqualTo(
              "asks another Redis, 127.0.0.1:9999, than the configured one: limits through its"
                  + " gateways are wrong; start it with --redis=127.0.0.1:7001,127.0.0.1:7002");
    }
  }

  @Test
  void aServiceThatAsksAnotherRedisHasNoVoteSoThatAWayBackGoesOnWithoutIt()
      throws InterruptedException {
    asks(new Asked("127.0.0.1:9999", "stranger"));

    var settings = new RateLimitSettings(List.of(edge()), 8, BRIEF, Duration.ofMillis(50));

    var vote = ask(settings, new ExecutorCall.Prepare(SECOND), AT_MOST).getFirst();

    assertThat(vote.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(vote.reason()).startsWith("asks another Redis");
  }

  @Test
  void knowsTheConfiguredRedisByItsNodesIdsWhereverTheServiceReachesThem()
      throws InterruptedException {
    asks(new Asked("10.0.0.1:6379", "two"), new Asked("10.0.0.2:6379", "one"));
    var right = ask(TOPOLOGY, AT_MOST).getFirst();
    asks(new Asked("127.0.0.1:7001", ""));
    var untold = ask(TOPOLOGY, AT_MOST).getFirst();
    asks(new Asked("127.0.0.1:7001", "another now"));
    var replaced = ask(TOPOLOGY, AT_MOST).getFirst();
    configured.set(Map.of());
    var unread = ask(TOPOLOGY, AT_MOST).getFirst();

    assertThat(List.of(right.answer(), untold.answer(), replaced.answer(), unread.answer()))
        .containsExactly(Answer.YES, Answer.YES, Answer.NO, Answer.YES);
    assertThat(right.facts().get("asks"))
        .isEqualTo(
            List.of(
                Map.of("node", "10.0.0.1:6379", "id", "two"),
                Map.of("node", "10.0.0.2:6379", "id", "one")));
  }

  @Test
  void hasNothingToStagePublishOrDiscard() throws InterruptedException {
    for (var call :
        List.of(
            new ExecutorCall.Stage(SECOND),
            new ExecutorCall.Publish(SECOND),
            new ExecutorCall.Discard(2))) {
      assertThat(ask(call, AT_MOST))
          .extracting(MemberReport::answer)
          .containsExactly(Answer.SKIPPED);
    }
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void isLeftOutWhereNoServiceIsConfigured() throws InterruptedException {
    var executor = new RateLimitExecutor(RateLimitSettings.of(List.of()), Map::of);
    for (var call : List.of(new ExecutorCall.Observe(), new ExecutorCall.Prepare(SECOND))) {
      var outcome = executor.execute(new Invocation("ratelimit", call, FencingToken.NONE, AT_MOST));

      assertThat(((CallOutcome.Done) outcome).reports())
          .containsExactly(
              MemberReport.skipped("ratelimit", "no rate limit service is configured"));
    }
  }

  private List<MemberReport> ask(ExecutorCall call, Duration deadline) throws InterruptedException {
    return ask(edge(), call, deadline);
  }

  private Service edge() {
    return new Service("edge", URI.create(service.url()), RateLimitSettings.Access.OPEN);
  }

  @Test
  void hasConvergedOnACohortOnceEveryPrimaryDecidesByIt() throws InterruptedException {
    var candidate = new Held(3, "third");
    var five = new CanaryCohort(500);
    var widened = SECOND.at(1, Optional.of(new Candidate(3, "third", PolicySet.EMPTY, five)));

    status.set(trying(Optional.of(new Trial(3, "third", five)), WANTED));
    var without = converge(widened);
    status.set(trying(Optional.empty(), WANTED, candidate));
    var before = converge(widened);
    status.set(
        trying(Optional.of(new Trial(3, "third", new CanaryCohort(400))), WANTED, candidate));
    var smaller = converge(widened);
    status.set(trying(Optional.of(new Trial(3, "third", five)), WANTED, candidate));
    var there = converge(widened);
    var withdrawn = converge(SECOND.at(2, Optional.empty()));

    assertThat(without.reason()).isEqualTo("does not hold epoch 3");
    assertThat(before.reason()).isEqualTo("decides by epoch 2");
    assertThat(smaller.reason())
        .isEqualTo("decides by epoch 2, and by candidate 3 for positions below 400");
    assertThat(there.answer()).isEqualTo(Answer.YES);
    assertThat(withdrawn.answer()).isEqualTo(Answer.NO);
  }

  private MemberReport converge(EpochSpec activation) throws InterruptedException {
    return ask(new ExecutorCall.Converge(activation), AT_MOST).getFirst();
  }

  private static ServiceStatus trying(Optional<Trial> trial, Held... held) {
    return new ServiceStatus(List.of(held), "ok", List.of(), Optional.of(WANTED), trial, List.of());
  }

  private List<MemberReport> ask(Service service, ExecutorCall call, Duration deadline)
      throws InterruptedException {
    return ask(RateLimitSettings.of(List.of(service)), call, deadline);
  }

  private List<MemberReport> ask(RateLimitSettings settings, ExecutorCall call, Duration deadline)
      throws InterruptedException {
    var executor = new RateLimitExecutor(settings, configured::get);
    var outcome = executor.execute(new Invocation("ratelimit", call, FencingToken.NONE, deadline));
    return outcome instanceof CallOutcome.Done done ? done.reports() : List.of();
  }

  /** It holds what is wanted and decides by it, on these nodes. */
  private void asks(Asked... nodes) {
    status.set(
        new ServiceStatus(
            List.of(WANTED),
            "ok",
            List.of(nodes),
            Optional.of(WANTED),
            Optional.empty(),
            List.of()));
  }

  private static ServiceStatus status(String redis, Held decided, Held... held) {
    return new ServiceStatus(
        List.of(held), redis, List.of(), Optional.of(decided), Optional.empty(), List.of());
  }
}
