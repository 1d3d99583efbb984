package dev.deployclaw.core.change.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExecutionStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConvergeEffectTest {
  /** The clock of the fakes goes on by itself at each look: microseconds. */
  private static final Duration NOTHING = Duration.ofMillis(1);

  private final FakeEstate world = new FakeEstate();

  @Test
  void waitsForTheLongestLeaseOfWhatWasEnforcedBefore() throws Exception {
    var exact = changeAfter("");
    var leased = changeAfter("\n      precision: {leased: 2s}");

    assertThat(leased).isBetween(exact.plusSeconds(2), exact.plusSeconds(2).plus(NOTHING));
  }

  @Test
  void waitsForNoLeaseThatTheChangeBrings() throws Exception {
    world.run("apply");
    var exact = time("apply", document(700, ""));

    var leasing = time("apply", document(700, "\n      precision: {leased: 1900ms}"));

    assertThat(leasing).isLessThan(exact.plus(NOTHING));
  }

  @Test
  void waitsForQuotasThatLetPassWhatTheFormerPoliciesDontLimit() throws Exception {
    world.run("apply");
    var exact = time("apply", document(700, ""));

    var quota = time("apply", document(600, "\n      precision: {leased: 5s}"));

    assertThat(quota).isBetween(exact.plusSeconds(2), exact.plusSeconds(2).plus(NOTHING));
  }

  /** How long the second change takes. */
  private Duration changeAfter(String precision) throws Exception {
    time("apply", document(600, precision));
    return time("apply", document(700, precision));
  }

  private static String document(long requests, String precision) {
    String plain = FakeSourcesExecutor.document("acme", requests);
    return plain.replaceFirst("(window: [^\\n]*)", "$1" + precision);
  }

  private Duration time(String request, String document) throws Exception {
    world.sources.put("acme.yaml", document);
    long from = world.time.micros();
    var ended = world.run(request);
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    return Duration.ofNanos(1_000 * (world.time.micros() - from));
  }
}
