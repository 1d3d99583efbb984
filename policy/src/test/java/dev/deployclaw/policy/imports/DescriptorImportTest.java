package dev.deployclaw.policy.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorImportTest {

  /** What each file comes to: rules that are exact, approximate, not carried; policies. */
  @ParameterizedTest
  @CsvSource({
    "01-per-tenant-tiers, 2, 1, 0, 3",
    "02-nested-services, 4, 0, 0, 1",
    "03-client-addresses, 0, 1, 2, 2",
    "04-wildcards, 0, 3, 1, 1",
    "05-unlimited-and-ban, 3, 1, 0, 4",
    "06-replaces, 1, 2, 0, 1",
    "07-shadow-and-quota, 1, 2, 1, 3",
    "08-headers, 0, 0, 3, 0",
    "09-anchors, 3, 0, 0, 3",
    "10-whole-domain, 2, 0, 1, 3",
    "11-ambiguous-values, 1, 0, 3, 1",
  })
  void listsWhatBecameOfEachRule(
      String file, int exact, int approximate, int notCarried, int policies) {
    var imported = imported(file, DescriptorKeyMapping.USUAL);

    assertThat(imported.problems()).isEmpty();
    assertThat(imported.count(Exactness.EXACT)).isEqualTo(exact);
    assertThat(imported.count(Exactness.APPROXIMATE)).isEqualTo(approximate);
    assertThat(imported.count(Exactness.NOT_CARRIED)).isEqualTo(notCarried);
    assertThat(imported.policies()).hasSize(policies);
    assertThat(imported.rules())
        .allSatisfy(
            r -> assertThat(r.differs().isEmpty()).isEqualTo(r.exactness() == Exactness.EXACT));
  }

  @ParameterizedTest
  @CsvSource({
    "01-per-tenant-tiers", "02-nested-services", "03-client-addresses", "04-wildcards",
    "05-unlimited-and-ban", "06-replaces", "07-shadow-and-quota", "09-anchors",
    "10-whole-domain", "11-ambiguous-values",
  })
  void whatItMakesIsReadBackAsTheSamePolicies(String file) {
    for (var policy : imported(file, DescriptorKeyMapping.USUAL).policies()) {
      var parsed = PolicyDocumentReader.parse(file, PolicyYamlWriter.yaml(policy));

      assertThat(parsed.problems()).isEmpty();
      assertThat(parsed.policy()).contains(policy);
    }
  }

  @Test
  void nestedEntriesBecomeOneMatch() {
    var acme = tenant(imported("02-nested-services", DescriptorKeyMapping.USUAL), "acme");

    assertThat(acme.limits())
        .extracting(Limit::algorithm)
        .containsOnly(LimitAlgorithm.FIXED_WINDOW);
    var posts = acme.limits().get(2);
    assertThat(posts.match().service()).contains("search");
    assertThat(posts.match().method()).contains("POST");
    assertThat(posts.requests()).isEqualTo(5);
    assertThat(posts.window()).isEqualTo(Duration.ofSeconds(1));
    assertThat(posts.mode()).isEqualTo(EnforcementMode.ENFORCE);
  }

  @Test
  void whatIsOnlyNearlyTheSameRefusesNobody() {
    for (String file : List.of("01-per-tenant-tiers", "04-wildcards", "06-replaces")) {
      var imported = imported(file, DescriptorKeyMapping.USUAL);

      for (var rule : imported.rules()) {
        limit(imported, rule)
            .ifPresent(limit ->
                assertThat(limit.mode())
                    .as(rule.rule())
                    .isEqualTo(
                        rule.exactness() == Exactness.EXACT
                            ? EnforcementMode.ENFORCE
                            : EnforcementMode.SHADOW));
      }
    }
  }

  @Test
  void saysHowEachRuleDiffers() {
    assertThat(differs("01-per-tenant-tiers", "tenant: 60")).contains("share one counter");
    assertThat(differs("03-client-addresses", "203.0.113.9")).contains("never lift");
    assertThat(differs("03-client-addresses", "198.51.100.4")).contains("one value alone");
    assertThat(differs("03-client-addresses", "remote_address: 10")).contains("203.0.113.9");
    assertThat(differs("04-wildcards", "path_/v1/*")).contains("the first wildcard in the file");
    assertThat(differs("04-wildcards", "/health")).contains("paths below");
    assertThat(differs("04-wildcards", "path: 30")).contains("each path has a counter of its own");
    assertThat(differs("06-replaces", "tenant_acme: 100")).contains("both apply");
    assertThat(differs("06-replaces", "feed")).contains("gone, but no rule has this name");
    assertThat(differs("07-shadow-and-quota", "wonka")).contains("quota_mode");
    assertThat(differs("07-shadow-and-quota", "oscorp")).contains("Thursdays");
    assertThat(differs("07-shadow-and-quota", "stark")).contains("30 days");
    assertThat(differs("08-headers", "user_id: 120")).contains("--map user_id=WHAT");
    assertThat(differs("11-ambiguous-values", "Acme Corp")).contains("DNS label");
    assertThat(differs("11-ambiguous-values", "twice")).contains("named twice");
    assertThat(differs("11-ambiguous-values", "get")).contains("upper case");
    assertThat(imported("07-shadow-and-quota", DescriptorKeyMapping.USUAL).differs())
        .anyMatch(d -> d.contains("detailed_metric, value_to_metric"));
  }

  @Test
  void aPersonSaysWhatAKeyMeans() {
    var mapping =
        DescriptorKeyMapping.USUAL
            .with("user_id", DescriptorKeyMapping.Meaning.ofWord("header:X-User").orElseThrow())
            .with("generic_key", DescriptorKeyMapping.Meaning.ofWord("service").orElseThrow())
            .with("plan", DescriptorKeyMapping.Meaning.ofWord("any").orElseThrow());

    var imported = imported("08-headers", mapping);

    assertThat(imported.count(Exactness.NOT_CARRIED)).isZero();
    var domain = tenant(imported, "gateway");
    assertThat(domain.limits().getFirst().key())
        .containsExactly(new CounterKeyPart.Header("x-user"));
    assertThat(domain.limits().get(2).match().service()).contains("slowpath");
    assertThat(DescriptorKeyMapping.Meaning.ofWord("header:")).isEmpty();
  }

  @Test
  void whatHoldsForAllTenantsStandsInAGroupAboveThem() {
    var imported = imported("10-whole-domain", DescriptorKeyMapping.USUAL);

    assertThat(tenant(imported, "acme").parent()).contains("mongo-cps");
    assertThat(tenant(imported, "default").parent()).contains("mongo-cps");
    assertThat(tenant(imported, "mongo-cps").limits()).hasSize(1);
  }

  @Test
  void readsNumbersAndFlagsAsTheSourceDoes() {
    var anchors = imported("09-anchors", DescriptorKeyMapping.USUAL);

    assertThat(anchors.policies())
        .extracting(p -> p.limits().getFirst().requests())
        .containsExactly(60L, 60L, 80L);
    var shadow =
        tenant(imported("07-shadow-and-quota", DescriptorKeyMapping.USUAL), "acme")
            .limits()
            .getFirst();
    assertThat(shadow.mode()).isEqualTo(EnforcementMode.SHADOW);
    assertThat(shadow.requests()).isEqualTo(1000);
  }

  @Test
  void refusesWhatTheLoaderOfTheSourceRefusesWithEachLine() {
    var refused = imported("12-refused", DescriptorKeyMapping.USUAL);

    assertThat(refused.policies()).isEmpty();
    var byLine =
        refused.problems().stream()
            .collect(Collectors.groupingBy(p -> p.line(), Collectors.counting()));
    assertThat(refused.problems())
        .extracting(p -> p.what())
        .anyMatch(w -> w.equals("empty domain"))
        .anyMatch(w -> w.equals("unknown key descriptor"))
        .anyMatch(w -> w.contains("fortnight"))
        .anyMatch(w -> w.equals("duplicate composite key a_b_c"))
        .anyMatch(w -> w.contains("1.5"))
        .anyMatch(w -> w.equals("unlimited, and a unit"))
        .anyMatch(w -> w.equals("share_threshold without *"))
        .anyMatch(w -> w.contains("4294967295"))
        .anyMatch(w -> w.contains("empty key"))
        .anyMatch(w -> w.equals("an empty replaces entry"))
        .anyMatch(w -> w.equals("a list entry that isn't a mapping"));
    assertThat(byLine).containsKeys(1, 2, 7, 8, 11, 15, 24);
  }

  @Test
  void refusesADomainThatTwoFilesHave() {
    var file = new DescriptorImport.File("a.yaml", "domain: x\n");

    var refused =
        DescriptorImport.of(
            List.of(file, new DescriptorImport.File("b.yaml", "domain: x\n")),
            DescriptorKeyMapping.USUAL);

    assertThat(refused.problems()).hasSize(1);
    assertThat(refused.problems().getFirst().text()).startsWith("b.yaml:1").contains("a.yaml");
  }

  @Test
  void aBombOfAliasesIsRefusedInBoundedTime() {
    var text = new StringBuilder("domain: x\nd0: &a0 [{key: x}, {key: x}]\n");
    for (int i = 1; i < 30; i++) {
      text.append("d%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }

    var refused = one("bomb.yaml", text.toString());

    assertThat(refused.problems()).hasSize(1);
    assertThat(refused.problems().getFirst().what()).contains("more than");
  }

  @Test
  void garbageIsAProblemWithALine() {
    for (String text : List.of("", "[]", "a: [", "\u0000", "domain: {x: y}\n", "? [a]\n: b\n")) {
      assertThat(one("bad.yaml", text).problems()).as(text).isNotEmpty();
    }
    assertThat(one("bad.yaml", "domain: x\n  y: z\n").problems().getFirst().line()).isEqualTo(2);
  }

  @Test
  void limitsBeyondWhatADocumentHoldsAreListed() {
    var text =
        new StringBuilder("domain: x\ndescriptors:\n- key: tenant\n  value: a\n  descriptors:\n");
    for (int i = 0; i < 101; i++) {
      text.append("  - {key: service, value: s%d, ".formatted(i));
      text.append("rate_limit: {unit: day, requests_per_unit: 1}}\n");
    }

    var imported = one("many.yaml", text.toString());

    assertThat(imported.count(Exactness.EXACT)).isEqualTo(100);
    assertThat(imported.rules().getLast().differs()).anyMatch(d -> d.contains("at most 100"));
  }

  private static ImportResult one(String name, String text) {
    return DescriptorImport.of(
        List.of(new DescriptorImport.File(name, text)), DescriptorKeyMapping.USUAL);
  }

  private static String differs(String file, String rule) {
    var found =
        imported(file, DescriptorKeyMapping.USUAL).rules().stream()
            .filter(r -> r.rule().contains(rule))
            .findFirst();
    return found.map(r -> String.join("; ", r.differs())).orElse("no rule " + rule);
  }

  private static Optional<Limit> limit(ImportResult imported, ImportedRule rule) {
    Map<String, Limit> all =
        imported.policies().stream()
            .flatMap(p -> p.limits().stream().map(l -> Map.entry(p.tenant() + "/" + l.name(), l)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return Optional.ofNullable(all.get(rule.into()));
  }

  private static TenantPolicy tenant(ImportResult imported, String name) {
    return imported.policies().stream()
        .filter(p -> p.tenant().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static ImportResult imported(String name, DescriptorKeyMapping mapping) {
    String file = name + ".yaml";
    try (var in = Objects.requireNonNull(DescriptorImportTest.class.getResourceAsStream(file))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return DescriptorImport.of(List.of(new DescriptorImport.File(file, text)), mapping);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
