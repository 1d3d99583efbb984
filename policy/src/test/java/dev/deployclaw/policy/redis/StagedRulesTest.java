package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.RandomPolicies;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StagedRulesTest {
  private static final String DIGEST = "0123456789abcdef0123";

  @Test
  void hasOneFieldForTheTenantAndOneForEachLimit() {
    var set = new RandomPolicies(7).set(40, 3);
    var rules = new StagedRules(set, 12, DIGEST);

    for (TenantPolicy tenant : rules.tenants()) {
      var expected = new TreeMap<String, String>();
      expected.put("12:#", (tenant.blocked() ? "blocked " : "open ") + "0123456789abcdef");
      tenant.limits().forEach(l -> expected.put("12:" + l.name(), LimitRule.of(l).text()));

      assertThat(rules.hash(tenant).fields()).isEqualTo(expected);
      assertThat(StagedFieldEncoder.count(tenant)).isEqualTo(expected.size());
    }
    assertThat(rules.hashes()).hasSize(40);
  }

  @Test
  void aSlotIsThatOfTheKey() {
    var rules = new StagedRules(new RandomPolicies(8).set(40, 1), 1, DIGEST);

    assertThat(rules.tenants())
        .allSatisfy(t -> assertThat(rules.slot(t)).isEqualTo(RedisKeyLayout.slot(rules.key(t))))
        .allSatisfy(t -> assertThat(rules.fields().key(t)).hasToString(rules.key(t)));
  }
}
