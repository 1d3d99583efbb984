package dev.deployclaw.container.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
  private static final String CONFIG =
      """
      domain: shop
      descriptors:
        - key: tenant
          value: acme
          rate_limit: {unit: minute, requests_per_unit: 600}
        - key: user_id
          rate_limit: {unit: minute, requests_per_unit: 5}
      """;

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void config() {
    screen = new CommandLineFixture(folder);
    screen.write("config.yaml", CONFIG);
  }

  @Test
  void writesDocumentsAndListsWhatIsNotExact() throws Exception {
    int exit = screen.run("import", "config.yaml", "--into", "policies");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out())
        .contains("2 rules: 1 exact, 0 approximate, 1 not carried; 1 policies")
        .contains("config.yaml:6: not carried: user_id: 5 per minute")
        .contains("--map user_id=WHAT");
    assertThat(Files.readString(folder.resolve("policies/acme.yaml")))
        .contains("tenant: \"acme\"", "algorithm: fixed-window", "requests: 600", "window: 1m");
    assertThat(screen.run("import", "config.yaml", "--into", "policies")).isEqualTo(2);
    assertThat(screen.err()).contains("acme.yaml is there already");
  }

  @Test
  void takesTheMeaningOfAKey() {
    int exit = screen.run("import", "config.yaml", "--map", "user_id=header:x-user", "--json");

    assertThat(exit).isZero();
    var document = screen.json();
    assertThat(document.at("/rules/1/carried").asText()).isEqualTo("approximate");
    assertThat(document.at("/rules/1/into").asText()).startsWith("shop/");
    assertThat(document.at("/written")).isEmpty();
    assertThat(screen.run("import", "config.yaml", "--map", "user_id=colour")).isEqualTo(2);
  }

  @Test
  void strictWritesNothingWhereAnythingDiffers() {
    int exit = screen.run("import", "config.yaml", "--strict", "--into", "policies");

    assertThat(exit).isEqualTo(8);
    assertThat(folder.resolve("policies")).doesNotExist();
  }

  @Test
  void refusesWhatTheSourceRefuses() throws IOException {
    screen.write("config.yaml", CONFIG.replace("minute", "fortnight"));

    int exit = screen.run("import", "config.yaml", "--into", "policies");

    assertThat(exit).isEqualTo(8);
    assertThat(screen.err()).contains("config.yaml:5", "fortnight");
    assertThat(folder.resolve("policies")).doesNotExist();
    assertThat(screen.run("import", "none.yaml")).isEqualTo(2);
  }
}
