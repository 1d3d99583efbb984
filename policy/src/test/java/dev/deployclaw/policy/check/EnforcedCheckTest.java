package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.Policies;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EnforcedCheckTest {
  @Test
  void letsPassWhatTheRedisFunctionHas() {
    assertThat(Found.by(Check.NOT_ENFORCED, set(Algorithm.TOKEN_BUCKET))).isEmpty();
    assertThat(Found.by(Check.NOT_ENFORCED, set(Algorithm.SLIDING_WINDOW))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"FIXED_WINDOW", "GCRA"})
  void leavesOutATenantWhoseLimitNobodyWouldEnforce(Algorithm algorithm) {
    var found = Found.by(Check.NOT_ENFORCED, set(algorithm));

    assertThat(found)
        .singleElement()
        .satisfies(f -> {
          assertThat(f.severity()).isEqualTo(Severity.ERROR);
          assertThat(f.tenant()).contains("acme");
          assertThat(f.remedy()).contains("token-bucket", "sliding-window");
        });
  }

  private static PolicySet set(Algorithm algorithm) {
    var l = limit("all", Match.ANY, 60, 60);
    var other =
        new Limit(
            l.name(),
            l.match(),
            l.key(),
            algorithm,
            l.requests(),
            l.window(),
            l.burst(),
            l.cost(),
            l.mode(),
            l.onBackendFailure());
    return PolicySet.of(List.of(Policies.tenant("acme", other)), List.of(), "");
  }
}
