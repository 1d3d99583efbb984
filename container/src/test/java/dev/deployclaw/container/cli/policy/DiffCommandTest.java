package dev.deployclaw.container.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies in files against each other: no back end is asked. */
class DiffCommandTest {
  @TempDir Path folder;

  @Test
  void saysWhatDiffersBetweenTwoFoldersAndWhomItReaches() {
    var screen = new CommandLineFixture(folder);
    screen.write("old/acme.yaml", policy("acme", "requests: 300"));
    screen.write("old/deep/globex.yml", policy("globex", "requests: 5"));
    screen.write("new/all.yaml", policy("acme", "requests: 600, algorithm: gcra"));
    screen.write("new/notes.txt", "no policy");

    int exit = screen.run("diff", "old", "new");

    assertThat(exit).isZero();
    assertThat(screen.out().lines())
        .contains(
            "acme all: requests 300 -> 600",
            "acme all: algorithm token-bucket -> gcra",
            "globex: tenant removed",
            "reaches 2 tenants, 2 limits, 0 gateways");
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void whatIsSpeltDifferentlyIsNoDifference() {
    var screen = new CommandLineFixture(folder);
    screen.write("a.yaml", policy("acme", "requests: 300"));
    screen.write("b.json", policy("acme", "\"burst\": 300, mode: enforce, requests: 300, cost: 1"));

    assertThat(screen.run("diff", "a.yaml", "b.json", "--json")).isZero();
    assertThat(screen.json().get("equal").asBoolean()).isTrue();
    assertThat(screen.json().get("differences")).isEmpty();
  }

  @Test
  void namesEveryProblemWithItsLineAndComparesNothing() {
    var screen = new CommandLineFixture(folder);
    screen.write("a.yaml", policy("acme", "requests: 300"));
    screen.write("bad/b.yaml", policy("acme", "requests: many"));

    int exit = screen.run("diff", "a.yaml", "bad");

    assertThat(exit).isEqualTo(8);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err()).contains("bad/b.yaml:5:", "spec.limits[0].requests", "whole number");
  }

  @Test
  void saysWhatASideMayBe() {
    var screen = new CommandLineFixture(folder);

    assertThat(screen.run("diff", "nowhere", "committed")).isEqualTo(2);
    assertThat(screen.err()).contains("nowhere", "a file, a folder, committed or an epoch");
  }

  private static String policy(String tenant, String limit) {
    return """
    apiVersion: deployclaw.dev/v1
    kind: RateLimitPolicy
    metadata: {tenant: %s}
    spec:
      limits: [{name: all, window: 1m, %s}]
    """
        .formatted(tenant, limit);
  }
}
