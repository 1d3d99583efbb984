package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that invents a header's value for each request neither evades a limit nor fills Redis.
 */
class InventedHeadersTest {
  private static final int REQUESTS = 400;
  private static final int ALLOWED = 2;

  @TempDir static Path folder;
  @AutoClose private static Estate estate;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, 0);
  }

  @Test
  void allValuesBeyondTheBoundShareOneAllowance() {
    estate.activate(1, Sets.of(Sets.tenant("acme", byKey())));
    assertThat(decide("a known one")).isEqualTo(204);

    int passed = 0;
    for (int i = 0; i < REQUESTS; i++) {
      passed += decide("invented " + i) == 204 ? 1 : 0;
    }

    assertThat(passed).isEqualTo(Estate.HEADER_VALUES - 1 + ALLOWED);
    assertThat(counters()).hasSize(Estate.HEADER_VALUES + 1);
    assertThat(decide("a known one")).isEqualTo(204);
    assertThat(decide("a known one")).isEqualTo(403);
  }

  private static Limit byKey() {
    return Limit.tokenBucket("by-key", RequestMatch.ANY, ALLOWED, Duration.ofHours(1))
        .by(LimitAlgorithm.FIXED_WINDOW)
        .per(List.of(new CounterKeyPart.Header("x-api-key")));
  }

  private static int decide(String key) {
    var question = Estate.question("acme", "/orders/1", Map.of("x-api-key", key));
    return estate.get("/v1/decide", question).statusCode();
  }

  private static Set<String> counters() {
    var keys = new HashSet<String>();
    estate
        .redis()
        .primaries()
        .forEach(node -> Estate.onNode(node, jedis -> keys.addAll(jedis.keys("dc:{acme}:c:*"))));
    return keys;
  }
}
