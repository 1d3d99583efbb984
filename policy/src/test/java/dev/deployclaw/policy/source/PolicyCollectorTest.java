package dev.deployclaw.policy.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.parse.DocumentFixtures;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyCollectorTest {
  private static final String LIMIT = "- {name: all, requests: 5, window: 1s}";

  @Test
  void collectsTenantsWithTheirOrigins() {
    var collected = collect(List.of(good("b.yaml", "beta"), good("a.yaml", "acme")));

    assertThat(collected.policies()).containsOnlyKeys("acme", "beta");
    assertThat(collected.origins()).containsOnlyKeys("acme", "beta");
    assertThat(collected.problems()).isEmpty();
    assertThat(collected.unknown()).isEmpty();
  }

  @Test
  void saysWhereALimitStands() {
    var collected = collect(List.of(good("a.yaml", "acme")));

    var origin = collected.origin("acme").orElseThrow();

    assertThat(origin.place(Optional.of("all"))).isEqualTo("a.yaml:6");
    assertThat(origin.place(Optional.of("nosuch"))).isEqualTo("a.yaml:3");
    assertThat(origin.place(Optional.empty())).isEqualTo("a.yaml:3");
  }

  @Test
  void leavesOutOnlyTheTenantThatIsDefinedTwice() {
    var collected =
        collect(List.of(good("z.yaml", "acme"), good("a.yaml", "acme"), good("b.yaml", "beta")));

    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.leftOut()).containsOnlyKeys("acme");
    assertThat(collected.problems().stream().map(DocumentProblem::text))
        .containsExactly(
            "a.yaml: the tenant acme is defined in a.yaml and in z.yaml (keep one of them)");
  }

  @Test
  void leavesOutOnlyTheTenantWhoseDocumentIsWrong() {
    var bad =
        new PolicySource.Document("a.yaml", "x", DocumentFixtures.of("acme", "- {name: all}"));

    var collected = collect(List.of(bad, good("b.yaml", "beta")));

    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.leftOut()).containsOnlyKeys("acme");
    assertThat(collected.unknown()).isEmpty();
  }

  @Test
  void callsASourceUnknownThatCouldNotBeReadOrDoesNotSayWhose() {
    var unreadable = new PolicySource.Unreadable("c.yaml", "permission denied");
    var nobodys =
        new PolicySource.Document("d.yaml", "x", DocumentFixtures.of("'Not A Label'", LIMIT));

    var collected = collect(List.of(unreadable, nobodys, good("b.yaml", "beta")));

    assertThat(collected.unknown()).containsExactly("c.yaml", "d.yaml");
    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.problems().getFirst().text())
        .startsWith("c.yaml: could not be read: permission denied");
  }

  @Test
  void leavesOutATenantThatItsHomeMayNotDefine() {
    var collected =
        PolicyCollector.collect(
            List.of(good("a.yaml", "acme"), good("b.yaml", "beta")),
            TenantDefinitionRights.of(Map.of("team", Set.of("beta"))),
            Set.of());

    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.leftOut()).containsOnlyKeys("acme");
    assertThat(collected.problems().getFirst().what())
        .isEqualTo("team may not define the tenant acme");
  }

  @Test
  void givesTheSameWhateverTheOrder() {
    List<PolicySource> sources =
        List.of(
            good("z.yaml", "acme"),
            good("a.yaml", "acme"),
            good("b.yaml", "beta"),
            new PolicySource.Unreadable("c.yaml", "gone"));

    assertThat(collect(sources.reversed())).isEqualTo(collect(sources));
  }

  @Test
  void namesTheTenantOfABrokenDocument() {
    var parsed = PolicyDocumentReader.parse("a", DocumentFixtures.of("acme", "- 5"));

    assertThat(parsed.tenant()).isEqualTo(Optional.of("acme"));
  }

  /** Where every home may define everybody, and nobody has a policy yet. */
  private static CollectedPolicies collect(List<PolicySource> sources) {
    var homes =
        Map.of("team", Set.of(TenantDefinitionRights.ANY), "x", Set.of(TenantDefinitionRights.ANY));
    return PolicyCollector.collect(sources, TenantDefinitionRights.of(homes), Set.of());
  }

  private static PolicySource good(String name, String tenant) {
    return new PolicySource.Document(name, "team", DocumentFixtures.of(tenant, LIMIT));
  }
}
