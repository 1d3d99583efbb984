package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyDocumentReaderTest {
  private static final String FULL =
      """
      apiVersion: deployclaw.dev/v1
      kind: RateLimitPolicy
      metadata:
        tenant: acme
        labels: {tier: premium, "cost-centre": "42"}
      spec:
        parent: gold
        blocked: true
        onBackendFailure: allow
        limits:
          - name: search
            match: {service: shop, route: /search, method: GET}
            key: [tenant, client-address, "header:X-Plan"]
            algorithm: sliding-window
            requests: 300
            window: 5m
            burst: 50
            cost: 2
            mode: shadow
            onBackendFailure: deny
            precision: {leased: 50ms}
          - name: uploads
            algorithm: concurrency
            requests: 4
      """;

  @Test
  void readsEveryField() {
    var policy = PolicyDocumentReader.parse("acme.yaml", FULL).policy().orElseThrow();

    assertThat(policy.tenant()).isEqualTo("acme");
    assertThat(policy.labels()).containsEntry("tier", "premium").containsEntry("cost-centre", "42");
    assertThat(policy.parent()).contains("gold");
    assertThat(policy.blocked()).isTrue();
    assertThat(policy.onBackendFailure()).isEqualTo(BackendFailureMode.ALLOW);
    assertThat(policy.limits())
        .containsExactly(
            new Limit(
                "search",
                new RequestMatch(Optional.of("shop"), Optional.of("/search"), Optional.of("GET")),
                List.of(new CounterKeyPart.ClientAddress(), new CounterKeyPart.Header("x-plan")),
                LimitAlgorithm.SLIDING_WINDOW,
                300,
                Duration.ofMinutes(5),
                50,
                2,
                EnforcementMode.SHADOW,
                Optional.of(BackendFailureMode.DENY),
                LimitPrecision.leased(Duration.ofMillis(50))),
            new Limit(
                "uploads",
                RequestMatch.ANY,
                List.of(),
                LimitAlgorithm.CONCURRENCY,
                4,
                Duration.ZERO,
                4,
                1,
                EnforcementMode.ENFORCE,
                Optional.empty(),
                LimitPrecision.EXACT));
  }

  @Test
  void fillsInTheDefaults() {
    var policy = DocumentFixtures.parsed("- {name: all, requests: 0, window: 30d}");

    assertThat(policy.onBackendFailure()).isEqualTo(BackendFailureMode.DENY);
    assertThat(policy.limits().getFirst())
        .isEqualTo(Limit.tokenBucket("all", RequestMatch.ANY, 0, Duration.ofDays(30)));
  }

  @Test
  void takesStarAsAnyServiceAndMethodButKeepsItAsARoute() {
    var limit =
        DocumentFixtures.parsed(
                "- {name: a, requests: 1, window: 1s, match: {service: '*', method: '*', route: '*'}}")
            .limits()
            .getFirst();

    assertThat(limit.match())
        .isEqualTo(new RequestMatch(Optional.empty(), Optional.of("*"), Optional.empty()));
  }

  @Test
  void readsJsonWithTabsAndEscapes() {
    String json =
        """
        {
        \t"apiVersion": "deployclaw.dev\\/v1", "kind": "RateLimitPolicy",
        \t"metadata": {"tenant": "acme", "labels": {"rocket": "\\ud83d\\ude80"}},
        \t"spec": {"limits": [{"name": "all", "requests": 5, "window": "1s"}]}
        }
        """;

    var parsed = PolicyDocumentReader.parse("acme.json", json);

    assertThat(parsed.problems()).isEmpty();
    assertThat(parsed.policy().orElseThrow().labels()).containsEntry("rocket", "\uD83D\uDE80");
  }

  @Test
  void reportsAllProblemsWithTheirPlaces() {
    String text =
        """
        apiVersion: deployclaw.dev/v2
        kind: RateLimitPolicy
        metadata:
          tenant: acme
        spec:
          limits:
            - name: ok
              requests: 1
              window: 1s
            - name: ok
              requests: 2
              window: 1s
            - name: " "
              requests: .inf
              windw: 60s
              requests: 7
        """;

    var parsed = PolicyDocumentReader.parse("payments/limits:acme", text);

    assertThat(parsed.tenant()).contains("acme");
    assertThat(parsed.policy()).isEmpty();
    assertThat(parsed.problems().stream().map(DocumentProblem::text))
        .containsExactly(
            "payments/limits:acme:1:13: apiVersion: unknown: \"deployclaw.dev/v2\" (write deployclaw.dev/v1)",
            "payments/limits:acme:10:7: spec.limits[1]: a second limit with the name "
                + "\"ok\" (the first is in line 7; rename one of the two)",
            "payments/limits:acme:13:7: spec.limits[2].window: missing (add window)",
            "payments/limits:acme:13:13: spec.limits[2].name: blank (for example acme)",
            "payments/limits:acme:14:17: spec.limits[2].requests: not a whole number: \".inf\" (a whole number from 0 to 1000000000, without quotes)",
            "payments/limits:acme:15:7: spec.limits[2].windw: unknown key \"windw\" (did you mean \"window\"?)",
            "payments/limits:acme:16:7: spec.limits[2].requests: duplicate key (already given in line 14; keep one of the two)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "requests: -1               | out of range: \"-1\"",
        "requests: 1000000001       | out of range: \"1000000001\"",
        "requests: 99999999999999999999 | out of range",
        "requests: 1.5              | not a whole number",
        "requests: 010              | not a whole number",
        "requests: 0x10             | not a whole number",
        "requests: 1e3              | not a whole number",
        "requests: .nan             | not a whole number",
        "requests: 1_000            | a number was expected, not text",
        "requests: '5'              | a number was expected, not text",
        "requests:                  | a number was expected, not nothing",
        "window: 60                 | text was expected, not a number (\"60\")",
        "window: 500ms              | not a window: \"500ms\"",
        "window: 0s                 | not a window: \"0s\"",
        "window: 31d                | out of range: \"31d\"",
        "window: 999999999d         | out of range",
        "burst: 0                   | out of range: \"0\"",
        "cost: 0                    | out of range: \"0\"",
        "mode: enforced             | unknown word \"enforced\"",
        "algorithm: concurrency     | a concurrency limit has no window",
        "name: Acme                 | not a DNS label: \"Acme\"",
        "name: 12                   | text was expected, not a number",
        "name: yes_                 | not a DNS label",
        "key: client-address        | a list was expected",
        "key: [client-adress]       | unknown word \"client-adress\"",
        "key: ['header:']           | not a header name",
        "key: ['header:a', 'header:A'] | given twice",
        "match: {route: search}     | a route must start with / or *",
        "match: {route: '/a//b'}    | no request has this path",
        "match: {route: '/a?b=c'}   | no request has this path",
        "match: {route: '/a/../b'}  | no request has this path",
        "match: {route: '/*a*a*a*a*a*a*a*a*a'} | too many wildcards",
        "match: {method: get}       | not a method: \"get\"",
        "match: {service: Shop}     | not a DNS label",
        "match: {path: /a}          | unknown key \"path\"",
        "onBackendFailure: open     | unknown word \"open\"",
        "precision: exact           | a mapping was expected, not text",
        "precision: {}              | missing",
        "precision: {leased: 50ms, lease: 1s} | unknown key \"lease\"",
        "precision: {leased: 50}    | text was expected, not a number",
        "precision: {leased: 9ms}   | out of range: \"9ms\"",
        "precision: {leased: 10001ms} | out of range: \"10001ms\"",
        "precision: {leased: 11s}   | out of range: \"11s\"",
        "precision: {leased: 1m}    | not a lease: \"1m\"",
        "precision: {leased: 0.5s}  | not a lease: \"0.5s\"",
      })
  void refusesValuesOutOfRange(String field, String what) {
    assertThat(DocumentFixtures.problemOf(field)).startsWith(what);
  }

  @Test
  void aConcurrencyLimitIsNeverLeased() {
    var parsed =
        PolicyDocumentReader.parse(
            "acme.yaml",
            DocumentFixtures.of(
                "acme",
                "- {name: a, algorithm: concurrency, requests: 4, precision: {leased: 50ms}}"));

    assertThat(parsed.problems().stream().map(DocumentProblem::text))
        .containsExactly(
            "acme.yaml:6:65: spec.limits[0].precision: a concurrency limit can't be leased"
                + " (leave precision out: it is exact)");
  }

  @ParameterizedTest
  @CsvSource({
    "mod, mode",
    "Burst, burst",
    "algoritm, algorithm",
    "rate, requests",
    "period, window",
    "on_backend_failure, onBackendFailure",
  })
  void saysWhichKeyWasMeant(String written, String meant) {
    var parsed = DocumentFixtures.withLimit(written + ": 1");

    assertThat(parsed.problems().getFirst().remedy()).isEqualTo("did you mean \"" + meant + "\"?");
  }

  @Test
  void keepsTheFirstHundredProblems() {
    String[] keys = new String[300];
    Arrays.setAll(keys, i -> "unknown-key-" + i + ": 1");

    var parsed = PolicyDocumentReader.parse("a", String.join("\n", keys));

    assertThat(parsed.problems()).hasSize(100);
  }
}
