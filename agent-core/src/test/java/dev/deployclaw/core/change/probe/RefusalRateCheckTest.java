package dev.deployclaw.core.change.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Zenith is in the cohort, acme isn't. */
class RefusalRateCheckTest {
  private static final String CANARY = "apply canary 40 bake 60";

  private final FakeEstate world = new FakeEstate();
  private final AtomicInteger readings = new AtomicInteger();

  @BeforeEach
  void committed() throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
  }

  @Test
  void manyMoreRefusalsInTheCohortAreNoPass() throws InterruptedException {
    counts("zenith", 100, Optional.of("one"));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason())
        .contains("100 % of 100 requests were refused, compared with 0 % before");
  }

  @Test
  void thoseOfOthersAreNotItsFault() throws InterruptedException {
    counts("acme", 100, Optional.of("one"));

    assertThat(world.run("set zenith 80 canary 40 bake 60").exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aLimitThatIsMeantToRefuseMoreMayDoSo() throws InterruptedException {
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 30));
    counts("zenith", 100, Optional.of("one"));

    assertThat(world.run(CANARY).exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void whoStaysTheSameInTheCohortHidesNothing() throws InterruptedException {
    counts("acme", 100, Optional.of("one"), Optional.of("zenith"));

    assertThat(world.run("set acme 650 canary 40 bake 60").exit()).isEqualTo(ExitCode.ROLLED_BACK);
  }

  @Test
  void whoStaysTheSameInTheCohortIsNotItsFault() throws InterruptedException {
    counts("zenith", 100, Optional.of("one"));

    assertThat(world.run("set acme 650 canary 40 bake 60").exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aFewRequestsSayNothing() throws InterruptedException {
    counts("zenith", 4, Optional.of("one"));

    assertThat(world.run(CANARY).exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aServiceThatBeganAnewSaysNothing() throws InterruptedException {
    counts("zenith", 100, Optional.empty());

    assertThat(world.run(CANARY).exit()).isEqualTo(ExitCode.OK);
  }

  /**
   * First a hundred are allowed; from then on each reading has so many refused ones more.
   *
   * @param since when the service began; empty for one that begins anew all the time
   */
  private void counts(String tenant, long refused, Optional<String> since) {
    counts(tenant, refused, since, Optional.empty());
  }

  /**
   * @param busy a tenant of whom each reading has a thousand allowed ones more
   */
  private void counts(String tenant, long refused, Optional<String> since, Optional<String> busy) {
    world.ratelimit.answers(
        "usage",
        member -> {
          int reading = readings.getAndIncrement();
          var limit =
              Map.<String, Object>of(
                  "tenant",
                  tenant,
                  "limit",
                  "orders",
                  "allowed",
                  100,
                  "refused",
                  refused * reading);
          return MemberReport.yes(
              member,
              "",
              Map.of(
                  "since",
                  since.orElse("reading " + reading),
                  "limits",
                  List.of(limit, busy(busy, reading))));
        });
  }

  private static Map<String, Object> busy(Optional<String> tenant, int reading) {
    return tenant
        .<Map<String, Object>>map(
            t -> Map.of("tenant", t, "limit", "orders", "allowed", 1_000 * reading))
        .orElse(Map.of());
  }
}
