package dev.deployclaw.policy.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LimitAdoptionTest {
  private static final String NGINX =
      """
      # limits of the edge
      http {
        limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
        limit_req_zone $http_x_plan zone=plan:1m rate=30r/m;
        limit_req_zone $request_uri zone=uri:1m rate=1r/s;
        server {
          limit_req zone=perip burst=20 nodelay;
          location /search/ { limit_req zone=plan burst=5; }
          location = /login { limit_req zone=perip nodelay; }
          location ~ "\\.php{1}$" { limit_req zone=perip nodelay; }
          location /api { limit_req zone=uri; limit_req zone=gone nodelay; }
        }
      }
      """;

  private final LimitAdoption adoption = new LimitAdoption(Duration.ofMinutes(1));

  @Test
  void readsRequestsAMinuteFromKeys() {
    adoption.keys(
        RedisKeyPattern.of("rate_limit:{tenant}").orElseThrow(),
        List.of(
            key("rate_limit:acme", "600"),
            key("rate_limit:Acme Corp", "5"),
            key("rate_limit:umbrella", "many"),
            key("rate_limit:acme:window:7", "3"),
            new LimitAdoption.Key("rate_limit:wonka", Optional.of("12"), true),
            new LimitAdoption.Key("rate_limit:stark", Optional.empty(), false)));

    var adopted = adoption.adopted().imported();

    assertThat(adopted.policies()).extracting(TenantPolicy::tenant).containsExactly("acme");
    var limit = adopted.policies().getFirst().limits().getFirst();
    assertThat(limit.requests()).isEqualTo(600);
    assertThat(limit.window()).isEqualTo(Duration.ofMinutes(1));
    assertThat(adopted.rules()).hasSize(5);
    assertThat(adopted.count(Exactness.NOT_CARRIED)).isEqualTo(4);
    assertThat(adopted.rules().get(3).differs()).anyMatch(d -> d.contains("counter"));
  }

  @Test
  void findsTheServiceInAKeyInEitherOrder() {
    adoption.keys(
        RedisKeyPattern.of("rl:{service}:{tenant}").orElseThrow(),
        List.of(key("rl:search:acme", "7")));

    var limit = adoption.adopted().imported().policies().getFirst().limits().getFirst();

    assertThat(limit.match().service()).contains("search");
    assertThat(RedisKeyPattern.of("rl:[x]*{tenant}").orElseThrow().glob())
        .isEqualTo("rl:\\[x\\]\\**");
    assertThat(RedisKeyPattern.of("rl:{service}")).isEmpty();
    assertThat(RedisKeyPattern.of("{tenant}:{tenant}")).isEmpty();
  }

  @Test
  void readsAConfigMapAndNamesWhoWritesIt() {
    adoption.configMap(
        "limits.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: limits
          labels: {app.kubernetes.io/managed-by: Helm}
          managedFields: [{manager: kubectl-edit}]
        data:
          acme: "600"
          more.yaml: |
            umbrella: 1200
            wonka: 30
          readme: see the wiki
        """);

    var adopted = adoption.adopted();

    assertThat(adopted.imported().policies())
        .extracting(TenantPolicy::tenant)
        .containsExactly("acme", "umbrella", "wonka");
    assertThat(adopted.imported().count(Exactness.NOT_CARRIED)).isEqualTo(1);
    assertThat(adopted.imported().rules().getLast().place()).isEqualTo("limits.yaml:12");
    assertThat(adopted.writers())
        .containsExactly(
            "limits.yaml: app.kubernetes.io/managed-by Helm",
            "limits.yaml: written by kubectl-edit");
  }

  @Test
  void readsLimitReqIntoAGroupAboveAllTenants() {
    adoption.keys(
        RedisKeyPattern.of("rate_limit:{tenant}").orElseThrow(),
        List.of(key("rate_limit:acme", "9")));
    adoption.limitReq("nginx.conf", NGINX);

    var adopted = adoption.adopted().imported();

    var group = policy(adopted, NginxLimitReqReader.GROUP);
    assertThat(policy(adopted, "acme").parent()).contains(NginxLimitReqReader.GROUP);
    assertThat(policy(adopted, "default").parent()).contains(NginxLimitReqReader.GROUP);
    assertThat(group.limits()).extracting(Limit::name).containsExactly("perip", "plan", "perip-2");
    var perIp = group.limits().getFirst();
    assertThat(perIp.requests()).isEqualTo(10);
    assertThat(perIp.window()).isEqualTo(Duration.ofSeconds(1));
    assertThat(perIp.burst()).isEqualTo(21);
    assertThat(perIp.key()).containsExactly(new CounterKeyPart.ClientAddress());
    assertThat(group.limits().get(1).match().route()).contains("/search");
    assertThat(group.limits().get(1).key()).containsExactly(new CounterKeyPart.Header("x-plan"));
    assertThat(adopted.rules().get(1).place()).isEqualTo("nginx.conf:7");
    assertThat(adopted.rules())
        .extracting(ImportedRule::exactness)
        .containsExactly(
            Exactness.APPROXIMATE,
            Exactness.EXACT,
            Exactness.APPROXIMATE,
            Exactness.APPROXIMATE,
            Exactness.NOT_CARRIED,
            Exactness.NOT_CARRIED,
            Exactness.NOT_CARRIED);
  }

  @Test
  void nothingThatIsAdoptedRefusesAnybody() {
    adoption.keys(
        RedisKeyPattern.of("rate_limit:{tenant}").orElseThrow(),
        List.of(key("rate_limit:acme", "9")));
    adoption.limitReq("nginx.conf", NGINX);

    assertThat(adoption.adopted().imported().policies())
        .flatExtracting(TenantPolicy::limits)
        .extracting(Limit::mode)
        .containsOnly(EnforcementMode.SHADOW);
  }

  @Test
  void aFileThatIsSomethingElseIsAProblem() {
    adoption.configMap("pod.yaml", "kind: Pod\n");
    adoption.configMap("bad.yaml", "data: [\n");

    var adopted = adoption.adopted().imported();

    assertThat(adopted.policies()).isEmpty();
    assertThat(adopted.problems())
        .extracting(p -> p.source())
        .containsExactly("pod.yaml", "bad.yaml");
  }

  private static TenantPolicy policy(ImportResult adopted, String tenant) {
    return adopted.policies().stream()
        .filter(p -> p.tenant().equals(tenant))
        .findFirst()
        .orElseThrow();
  }

  private static LimitAdoption.Key key(String name, String value) {
    return new LimitAdoption.Key(name, Optional.of(value), false);
  }
}
