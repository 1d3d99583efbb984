package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicyFixtures;
import dev.deployclaw.policy.RandomPolicies;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PolicyYamlWriterTest {
  private static final int SEEDS = 300;

  @Test
  void writesWhatIsReadBackTheSame() {
    for (long seed = 0; seed < SEEDS; seed++) {
      var policy = new RandomPolicies(seed).tenant("acme", 4);

      String yaml = PolicyYamlWriter.yaml(policy);

      var parsed = PolicyDocumentReader.parse("seed " + seed, yaml);
      assertThat(parsed.problems()).as(yaml).isEmpty();
      assertThat(parsed.policy()).as(yaml).contains(policy);
    }
  }

  @Test
  void writesForPeople() {
    var policy =
        PolicyFixtures.tenant(
            "acme", PolicyFixtures.limit("search", PolicyFixtures.route("shop", "/s"), 300, 300));

    assertThat(PolicyYamlWriter.yaml(policy))
        .isEqualTo(
            """
            apiVersion: deployclaw.dev/v1
            kind: RateLimitPolicy
            metadata:
              tenant: "acme"
            spec:
              onBackendFailure: allow
              limits:
                - name: "search"
                  match:
                    service: "shop"
                    route: "/s"
                  algorithm: token-bucket
                  requests: 300
                  window: 5m
            """);
  }

  @Test
  void writesALeaseInItsLargestUnit() {
    var limit = PolicyFixtures.limit("search", RequestMatch.ANY, 300, 300);
    var short50 = limit.in(LimitPrecision.leased(Duration.ofMillis(50)));
    var two = limit.in(LimitPrecision.leased(Duration.ofSeconds(2)));

    assertThat(PolicyYamlWriter.yaml(PolicyFixtures.tenant("acme", short50)))
        .endsWith("      precision: { leased: 50ms }\n");
    assertThat(LimitFormatter.numbers(two)).isEqualTo("token-bucket, 300 in 5m, leased 2s");
  }
}
