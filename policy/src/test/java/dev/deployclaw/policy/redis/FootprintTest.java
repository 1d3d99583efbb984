package dev.deployclaw.policy.redis;

import static dev.deployclaw.policy.Policies.counting;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.check.Footprint;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Match;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What validation forecasts of memory, against {@code MEMORY USAGE} of full counters. */
class FootprintTest {
  private static final String LIMIT = "a-limit-with-quite-a-long-name-for-a-limit";
  private static final String TENANT = "a-tenant-with-a-long-name";
  private static final int SLOTS = 17;
  private static final long START = 1_800_000_000_000_000L;

  @TempDir static Path folder;
  private static Shard shard;

  @BeforeAll
  static void start() {
    shard = Shard.start(folder);
  }

  @AfterAll
  static void stop() {
    shard.close();
  }

  @ParameterizedTest
  @EnumSource
  void theForecastIsAboveWhatIsTakenAndNotFarAbove(Algorithm algorithm) {
    var limit = counting(limit(LIMIT, Match.ANY, 1_003, 16), algorithm);
    var held = new EpochSet(7, "07".repeat(32), set(tenant(TENANT, limit)));
    shard.redis().flushAll();
    shard.activate(held);
    var subject = Subject.ordinary(TENANT, new RequestShape("s", "/", "GET"), _ -> "");
    var claim = Claim.of(held, subject);
    for (int slot = 0; slot < SLOTS; slot++) {
      var at = OptionalLong.of(START + slot * 1_000_000L);
      shard.decide(new DecideCall(List.of(claim), 59, at, "%032x".formatted(slot)));
    }

    long counter = shard.redis().memoryUsage(claim.items().getFirst().counterKey());
    long rules = shard.redis().memoryUsage(claim.owners().getFirst().policyKey());

    assertThat(Footprint.counter(limit)).isBetween(counter, 6 * counter);
    assertThat(Footprint.rules(1)).isBetween(rules / 3, 3 * rules);
  }
}
