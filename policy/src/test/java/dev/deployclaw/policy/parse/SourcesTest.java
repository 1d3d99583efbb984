package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourcesTest {
  private static final String LIMIT = "- {name: all, requests: 5, window: 1s}";

  @Test
  void collectsTenantsWithTheirOrigins() {
    var collected = Sources.collect(List.of(good("b.yaml", "beta"), good("a.yaml", "acme")));

    assertThat(collected.policies()).containsOnlyKeys("acme", "beta");
    assertThat(collected.origins()).containsEntry("acme", "a.yaml").containsEntry("beta", "b.yaml");
    assertThat(collected.problems()).isEmpty();
    assertThat(collected.unknown()).isEmpty();
  }

  @Test
  void leavesOutOnlyTheTenantThatIsDefinedTwice() {
    var collected =
        Sources.collect(
            List.of(good("z.yaml", "acme"), good("a.yaml", "acme"), good("b.yaml", "beta")));

    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.leftOut()).containsExactly("acme");
    assertThat(collected.problems().stream().map(Problem::text))
        .containsExactly(
            "a.yaml: the tenant acme is defined in a.yaml and in z.yaml (keep one of them)");
  }

  @Test
  void leavesOutOnlyTheTenantWhoseDocumentIsWrong() {
    var bad = new Source.Document("a.yaml", "x", Documents.of("acme", "- {name: all}"));

    var collected = Sources.collect(List.of(bad, good("b.yaml", "beta")));

    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.leftOut()).containsExactly("acme");
    assertThat(collected.unknown()).isEmpty();
  }

  @Test
  void callsASourceUnknownThatCouldNotBeReadOrDoesNotSayWhose() {
    var unreadable = new Source.Unreadable("c.yaml", "permission denied");
    var nobodys = new Source.Document("d.yaml", "x", Documents.of("'Not A Label'", LIMIT));

    var collected = Sources.collect(List.of(unreadable, nobodys, good("b.yaml", "beta")));

    assertThat(collected.unknown()).containsExactly("c.yaml", "d.yaml");
    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.problems().getFirst().text())
        .startsWith("c.yaml: could not be read: permission denied");
  }

  @Test
  void leavesOutATenantThatItsHomeMayNotDefine() {
    var collected =
        Sources.collect(
            List.of(good("a.yaml", "acme"), good("b.yaml", "beta")),
            (home, tenant) -> home.equals("team") && tenant.equals("beta"));

    assertThat(collected.policies()).containsOnlyKeys("beta");
    assertThat(collected.leftOut()).containsExactly("acme");
    assertThat(collected.problems().getFirst().what())
        .isEqualTo("team may not define the tenant acme");
  }

  @Test
  void givesTheSameWhateverTheOrder() {
    List<Source> sources =
        List.of(
            good("z.yaml", "acme"),
            good("a.yaml", "acme"),
            good("b.yaml", "beta"),
            new Source.Unreadable("c.yaml", "gone"));

    assertThat(Sources.collect(sources.reversed())).isEqualTo(Sources.collect(sources));
  }

  @Test
  void namesTheTenantOfABrokenDocument() {
    var parsed = PolicyDocument.parse("a", Documents.of("acme", "- 5"));

    assertThat(parsed.tenant()).isEqualTo(Optional.of("acme"));
  }

  private static Source good(String name, String tenant) {
    return new Source.Document(name, "team", Documents.of(tenant, LIMIT));
  }
}
