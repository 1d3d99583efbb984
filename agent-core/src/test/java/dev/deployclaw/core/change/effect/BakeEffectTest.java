package dev.deployclaw.core.change.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens while a change bakes, between two looks. */
class BakeEffectTest {
  private static final String CANARY = "apply canary 40 60 bake 60";
  private static final String POINT = "gateway/shop/one";

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void committed() throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
  }

  @Test
  void aFreezeThatWasLiftedBetweenTwoLooksTakesACandidateBack() throws InterruptedException {
    world.ratelimit.before("usage", this::freezeAndThaw);

    var ended = world.run(CANARY);

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("the kill switch was on, by olivia", "incident");
    world.assertAtRest();
    assertThat(world.run(CANARY).exit()).as("it is over by then").isEqualTo(ExitCode.OK);
  }

  @Test
  void whatAFailoverLosesIsPublishedAgain() throws InterruptedException {
    world.ratelimit.before("usage", this::failOver);

    var ended = world.run(CANARY);

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(log(ended)).contains("lost, and published again: redis/a");
    world.assertAtRest();
  }

  @Test
  void whatAFailoverLosesOfWhatEverybodyHasIsPublishedAgain() throws InterruptedException {
    world.ratelimit.before("usage", this::failOver);

    var ended = world.run("apply bake 60");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
    world.assertAtRest();
  }

  @Test
  void whoIsPublishedToAgainInVainIsNoPass() throws InterruptedException {
    world.ratelimit.before(
        "usage",
        () -> {
          failOver();
          world.redis.refuseAt("publish", "read only");
        });

    var ended = world.run(CANARY);

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.active().orElseThrow().candidate()).isEmpty();
  }

  @Test
  void whatBecomesSlowIsNoPass() throws InterruptedException {
    world.ratelimit.before("usage", () -> world.probe.slow(2_500));

    var ended = world.run(CANARY + " p99 2");

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("bake: ", "p99 is 2.5 ms, and the limit is 2.0 ms");
    assertThat(world.active().orElseThrow().step()).as("at the end of the first bake").isEqualTo(2);
    world.assertAtRest();
  }

  private void freezeAndThaw() {
    try {
      world.agent().freeze("olivia", "incident");
      world.agent().thaw("olivia");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A node comes back without what it was told, and is seen to, until it is told again. */
  private void failOver() {
    world.redis.expire("redis/a", 2);
    world.redis.tamper("a", "an older library");
    world.probe.beats(MemberReport.no(POINT, "decided by epoch 1"));
    world.redis.before("publish", () -> world.probe.beats(MemberReport.yes(POINT, "", Map.of())));
  }

  private String log(RequestOutcome ended) {
    return world.journal.read(ended.execution()).stream()
        .map(r -> new String(r, StandardCharsets.UTF_8))
        .collect(Collectors.joining());
  }
}
