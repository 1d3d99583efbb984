package dev.deployclaw.policy.redis;

import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.check.cluster.MemoryCheck.MemoryFootprint;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AutoClose;
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
  @AutoClose private static SingleNodeRedis shard;

  @BeforeAll
  static void start() {
    shard = SingleNodeRedis.start(folder);
  }

  @ParameterizedTest
  @EnumSource
  void theForecastIsAboveWhatIsTakenAndNotFarAbove(LimitAlgorithm algorithm) {
    var limit = counting(limit(LIMIT, RequestMatch.ANY, 1_003, 16), algorithm);
    var held = new EpochPolicySet(7, "07".repeat(32), set(tenant(TENANT, limit)));
    shard.redis().flushAll();
    shard.activate(held);
    var subject = RateLimitedRequest.ordinary(TENANT, new RequestShape("s", "/", "GET"), _ -> "");
    var claim = RequestCharges.of(held, subject);
    for (int slot = 0; slot < SLOTS; slot++) {
      var at = OptionalLong.of(START + slot * 1_000_000L);
      shard.decide(new DecideCall(List.of(claim), 59, at, "%032x".formatted(slot)));
    }

    long counter = shard.redis().memoryUsage(claim.items().getFirst().counterKey());
    long rules = shard.redis().memoryUsage(claim.owners().getFirst().policyKey());

    assertThat(MemoryFootprint.counter(limit)).isBetween(counter, 6 * counter);
    assertThat(MemoryFootprint.rules(1)).isBetween(rules / 3, 3 * rules);
  }
}
