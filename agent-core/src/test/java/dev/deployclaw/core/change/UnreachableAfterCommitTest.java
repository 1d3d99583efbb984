package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** After the commit a member that doesn't answer is waited for, and a refusal isn't. */
class UnreachableAfterCommitTest {
  private final FakeEstate world = new FakeEstate();
  private final Duration bound = world.settings("a").bounds().converge();

  @ParameterizedTest
  @ValueSource(strings = {"publish", "converge"})
  void waitsUntilTheBoundForAMemberThatComesBack(String verb) throws Exception {
    world.gateway.unreachableAt(verb);
    comesBackAfter(nearlyTheBound(), world.gateway, verb);

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    world.assertAtRest();
  }

  @ParameterizedTest
  @ValueSource(strings = {"publish", "converge"})
  void waitsOnTheWayBackToo(String verb) throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.unreachableAt(verb);
    comesBackAfter(nearlyTheBound(), world.gateway, verb);

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(before);
    world.assertAtRest();
  }

  @Test
  void waitsForAMemberThatCantBeComparedAtTheEndOfAWayBack() throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.probe.fail("wrong");
    world.gateway.before(
        "converge",
        () ->
            world.gateway.before(
                "converge",
                () -> {
                  world.gateway.unreachableAt("observe");
                  comesBackAfter(nearlyTheBound(), world.gateway, "observe");
                }));

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(world.live()).containsExactly(before);
    world.assertAtRest();
  }

  @ParameterizedTest
  @ValueSource(strings = {"publish", "converge"})
  void isPendingOnceTheBoundIsOver(String verb) throws Exception {
    world.gateway.unreachableAt(verb);

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("gateway does not answer");
    assertThat(micros()).isBetween(micros(bound), 2 * micros(bound));
    world.gateway.heal();
    world.agent().recover();
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    world.assertAtRest();
  }

  @ParameterizedTest
  @CsvSource({
    "publish, Publishing epoch 1 again",
    "converge, Asking which members enforce epoch 1 again"
  })
  void saysOnceWhomItWaitsForAndAgainWhenTheReasonChanges(String verb, String action)
      throws Exception {
    var asked = new AtomicInteger();
    int members = world.gateway.members().size();
    world.gateway.answers(
        verb,
        m -> {
          boolean early = asked.incrementAndGet() <= 3 * members;
          return MemberReport.unknown(m, early ? "connection refused" : "no route");
        });

    var ended = world.run("apply");

    assertThat(asked.get()).isGreaterThan(6 * members);
    assertThat(world.log(ended.execution()).lines().filter(l -> l.contains(action)))
        .hasSize(2)
        .anyMatch(l -> l.contains("connection refused"))
        .anyMatch(l -> l.contains("no route"));
  }

  @Test
  void asksLessAndLessOften() throws Exception {
    world.gateway.unreachableAt("publish");

    world.run("apply");

    long polls = bound.dividedBy(world.settings("a").bounds().poll());
    assertThat(world.gateway.calls("publish")).isBetween(5, (int) polls * 3 / 4);
  }

  @Test
  void doesNotWaitForARefusalThoughAnotherMemberIsSilent() throws Exception {
    world.run("apply");
    int before = world.gateway.calls("publish");
    world.gateway.refuseAt("publish", "is paused");
    var tries = new AtomicInteger();
    world.redis.before(
        "publish",
        () -> {
          world.redis.stop("a");
          world.redis.before(
              "observe",
              () -> {
                tries.set(world.gateway.calls("publish") - before);
                world.redis.heal();
              });
        });

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(ended.reason()).startsWith("did not take it: gateway/one: is paused");
    assertThat(ended.reason()).contains("redis/a: does not answer");
    assertThat(tries.get()).isEqualTo(world.settings("a").bounds().attempts());
    world.assertAtRest();
  }

  @Test
  void waitsOnTheWayBackForASilentMemberThoughAnotherRefuses() throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.before("publish", () -> world.gateway.answers("publish", this::paused));
    world.redis.unreachableAt("publish");
    comesBackAfter(nearlyTheBound(), world.redis, "publish");

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).startsWith("not back yet: gateway/one: is paused");
    assertThat(world.redis.live()).containsExactly(before, before);
  }

  private MemberReport paused(String member) {
    return MemberReport.no(member, "is paused");
  }

  @Test
  void saysWhyItCouldNotBeStagedAgain() throws Exception {
    world.gateway.answers("publish", m -> MemberReport.no(m, "epoch isn't there"));
    world.gateway.before(
        "publish", () -> world.gateway.answers("stage", m -> MemberReport.no(m, "exceeded quota")));

    var ended = world.run("apply");

    assertThat(ended.reason()).contains("exceeded quota; epoch isn't there");
  }

  @Test
  void anAccessThatIsDeniedAfterTheCommitIsWaitedForWhereItOnlyLooks() throws Exception {
    world.gateway.answers("converge", m -> MemberReport.denied(m, "may not list pods"));

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("still pending", "may not list pods");
    world.gateway.heal();
    assertThat(world.agent().recover().finished().getFirst().result())
        .isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void anAccessThatIsDeniedAtTheVoteIsANo() throws Exception {
    world.gateway.answers("prepare", m -> MemberReport.denied(m, "may not patch deployments"));

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.cause()).contains(AbortCause.VOTED_DOWN);
  }

  @Test
  void stopsWhenAnotherAgentLeads() throws Exception {
    world.gateway.unreachableAt("publish");
    world.gateway.before("publish", () -> world.store.expireLeases());

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(world.gateway.calls("publish")).isEqualTo(1);
    assertThat(world.gateway.live()).containsOnly(FakeParticipant.ORIGINAL);
  }

  private Duration nearlyTheBound() {
    return bound.multipliedBy(3).dividedBy(4);
  }

  /** By the virtual clock, from now on. */
  private void comesBackAfter(Duration away, FakeParticipant participant, String verb) {
    var since = new AtomicInteger(-1);
    class Look implements Runnable {
      @Override
      public void run() {
        int now = (int) (micros() / 1000);
        since.compareAndSet(-1, now);
        if (now - since.get() < away.toMillis()) {
          participant.before(verb, this);
        } else {
          participant.heal();
        }
      }
    }
    participant.before(verb, new Look());
  }

  private long micros() {
    return world.time.micros();
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
