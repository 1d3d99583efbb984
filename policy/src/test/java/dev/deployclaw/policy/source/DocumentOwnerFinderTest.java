package dev.deployclaw.policy.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.parse.DocumentFixtures;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentOwnerFinderTest {
  private static final TenantDefinitionRights ANYBODY =
      TenantDefinitionRights.of(Map.of("team", Set.of(TenantDefinitionRights.ANY)));
  private static final String LIMIT = "- {name: all, requests: 5, window: 1s}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "metadata:\n  tenant: acme\nspec: [\n",
        "metadata:\n\ttenant: acme\n",
        "metadata: {tenant: acme, labels: {tier: premium}\nspec: x\n",
        "{\"metadata\": {\"tenant\": \"acme\"}, \"spec\": ",
        "metadata: {labels: {}, 'tenant' : 'acme'\n  spec:\n",
        "spec: [\nmetadata:\r\n  tenant: acme # the big one\r\n"
      })
  void belongsToWhomItsTextNames(String text) {
    var collected = collect(ANYBODY, Set.of("acme", "beta"), document("limits.yaml", text));

    assertThat(collected.leftOut()).containsOnlyKeys("acme");
    assertThat(collected.fault("acme").orElseThrow().source()).isEqualTo("limits.yaml");
    assertThat(collected.nameless()).containsExactly("limits.yaml");
  }

  @Test
  void belongsToAllWhomItsTextNames() {
    String two = DocumentFixtures.of("acme", LIMIT) + "---\n" + DocumentFixtures.of("beta", LIMIT);

    var collected = collect(ANYBODY, Set.of(), document("acme.yaml", two));

    assertThat(collected.leftOut()).containsOnlyKeys("acme", "beta");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# tenant: beta\nspec: [\n",
        "spec: [\n  # was tenant: beta\n",
        "sub-tenant: beta\nspec: [\n",
        "tenants: beta\nspec: [\n",
        "tenant: Not_A_Label\nspec: [\n",
        "spec: [\n"
      })
  void belongsToWhomItsFileIsCalledAfterWhereItsTextNamesNobody(String text) {
    var collected =
        collect(ANYBODY, Set.of("acme", "beta"), document("policies/team/acme.yaml", text));

    assertThat(collected.leftOut()).containsOnlyKeys("acme");
    assertThat(collected.fault("acme").orElseThrow().text()).startsWith("policies/team/acme.yaml:");
  }

  @Test
  void aFileCalledAfterNobodyThatIsKnownMakesNoTenant() {
    var collected = collect(ANYBODY, Set.of(), document("limits.yaml", "spec: [\n"));

    assertThat(collected.leftOut()).isEmpty();
    assertThat(collected.unknown()).containsExactly("limits.yaml");
  }

  @Test
  void aTenantThatItsHomeMayDefineByNameIsKnown() {
    var rights = TenantDefinitionRights.of(Map.of("team", Set.of("acme", "beta")));

    var collected = collect(rights, Set.of(), document("payments/limits:acme.json", "{"));

    assertThat(collected.leftOut()).containsOnlyKeys("acme");
  }

  @Test
  void mayBelongToEveryCommittedTenantThatNoOtherDocumentDefines() {
    var collected =
        collect(
            ANYBODY,
            Set.of("acme", "beta", "gamma"),
            document("limits.yaml", "spec: [\n"),
            document("b.yaml", DocumentFixtures.of("beta", LIMIT)));

    assertThat(collected.leftOut()).containsOnlyKeys("acme", "gamma");
    assertThat(collected.fault("gamma").orElseThrow().text())
        .startsWith("limits.yaml:2:1: not YAML")
        .contains("so that it may define gamma, which no other document does");
    assertThat(collected.policies()).containsOnlyKeys("beta");
  }

  @Test
  void whoIsClaimedByOneDocumentIsNotLookedForInAnother() {
    var collected =
        collect(
            ANYBODY,
            Set.of("acme", "beta"),
            document("acme.yaml", "spec: [\n"),
            document("limits.yaml", "spec: [\n"));

    assertThat(collected.fault("acme").orElseThrow().source()).isEqualTo("acme.yaml");
    assertThat(collected.fault("beta").orElseThrow().source()).isEqualTo("limits.yaml");
  }

  @Test
  void belongsToNobodyWhomItsHomeMayNotDefine() {
    var rights = TenantDefinitionRights.of(Map.of("team", Set.of("beta")));

    var named = collect(rights, Set.of("acme"), document("x.yaml", "tenant: acme\nspec: [\n"));
    var called = collect(rights, Set.of("acme"), document("acme.yaml", "spec: [\n"));

    assertThat(named.leftOut()).isEmpty();
    assertThat(called.leftOut()).isEmpty();
  }

  @Test
  void leavesOutATenantWhoseSecondDocumentCantBeParsed() {
    var collected =
        collect(
            ANYBODY,
            Set.of(),
            document("a.yaml", DocumentFixtures.of("acme", LIMIT)),
            document("old.yaml", DocumentFixtures.of("acme", LIMIT) + "]"));

    assertThat(collected.policies()).isEmpty();
    assertThat(collected.fault("acme").orElseThrow().source()).isEqualTo("old.yaml");
  }

  @Test
  void aFileNameIsNoClaimOnWhomAnotherDocumentDefines() {
    var collected =
        collect(
            ANYBODY,
            Set.of("acme"),
            document("eu/acme.yaml", DocumentFixtures.of("acme", LIMIT)),
            document("us/acme.yaml", "spec: [\n"));

    assertThat(collected.policies()).containsOnlyKeys("acme");
    assertThat(collected.leftOut()).isEmpty();
  }

  @Test
  void whatIsNoTextBelongsToWhomItIsCalledAfter() {
    var collected =
        PolicyCollector.collect(
            List.of(new PolicySource.Malformed("acme.yaml", "team", "is not UTF-8")),
            ANYBODY,
            Set.of("acme"));

    assertThat(collected.fault("acme").orElseThrow().text())
        .isEqualTo("acme.yaml: is not UTF-8 (write one policy as UTF-8 text, or remove it)");
    assertThat(collected.unknown()).containsExactly("acme.yaml");
  }

  @Test
  void whatCouldNotBeReadBelongsToNobodyThatCanBeTold() {
    var collected =
        PolicyCollector.collect(
            List.of(new PolicySource.Unreadable("acme.yaml", "no permission")),
            ANYBODY,
            Set.of("acme"));

    assertThat(collected.leftOut()).isEmpty();
    assertThat(collected.nameless()).isEmpty();
    assertThat(collected.unreadable()).containsExactly("acme.yaml");
  }

  private static CollectedPolicies collect(
      TenantDefinitionRights rights, Set<String> committed, PolicySource... sources) {
    return PolicyCollector.collect(List.of(sources), rights, committed);
  }

  private static PolicySource document(String name, String text) {
    return new PolicySource.Document(name, "team", text);
  }
}
