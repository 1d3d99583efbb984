package dev.deployclaw.container.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptCommandTest {
  private static final String MAP =
      """
      kind: ConfigMap
      metadata: {labels: {app.kubernetes.io/managed-by: Helm}}
      data: {acme: "600"}
      """;

  @TempDir Path folder;

  @Test
  void writesDocumentsInShadowModeAndNamesWhoGoesOnWriting() throws Exception {
    var screen = new CommandLineFixture(folder);
    screen.write("map.yaml", MAP);

    int exit = screen.run("adopt", "--configmap", "map.yaml", "--into", "policies");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(Files.readString(folder.resolve("policies/acme.yaml")))
        .contains("requests: 600", "window: 1m", "mode: shadow");
    assertThat(screen.out())
        .contains("approximate", "can't be owned: map.yaml: app.kubernetes.io/managed-by Helm");
  }

  @Test
  void takesTheUnitOfTheNumbers() {
    var screen = new CommandLineFixture(folder);
    screen.write("map.yaml", MAP);

    assertThat(screen.run("adopt", "--configmap", "map.yaml", "--per", "hour", "--json")).isZero();
    assertThat(screen.json().at("/policies/0").asText()).isEqualTo("acme");
    assertThat(screen.json().at("/writers/0").asText()).contains("Helm");
    assertThat(screen.run("adopt", "--configmap", "map.yaml", "--per", "year")).isEqualTo(2);
  }

  @Test
  void doesOneThingAtATime() {
    var screen = new CommandLineFixture(folder);
    screen.write("map.yaml", MAP);

    assertThat(screen.run("adopt", "--configmap", "map.yaml", "--enforce", "acme")).isEqualTo(2);
    assertThat(screen.err()).contains("one at a time");
    assertThat(screen.run("adopt", "--enforce", "acme", "--shadowed")).isEqualTo(2);
    assertThat(screen.run("adopt", "--enforce", "acme")).isEqualTo(2);
    assertThat(screen.err()).contains("there is no configuration");
  }

  @Test
  void saysWhatItCanNotWorkWith() {
    var screen = new CommandLineFixture(folder);
    screen.write("map.yaml", "kind: Pod\n");

    assertThat(screen.run("adopt")).isEqualTo(2);
    assertThat(screen.run("adopt", "--configmap", "map.yaml")).isEqualTo(8);
    assertThat(screen.err()).contains("map.yaml:1", "not a ConfigMap");
    assertThat(screen.run("adopt", "--redis", "127.0.0.1:1")).isEqualTo(2);
    assertThat(screen.run("adopt", "--redis", "here", "--keys", "a:{tenant}")).isEqualTo(2);
    assertThat(
            screen.run(
                "adopt", "--redis", "127.0.0.1:" + FreePortFinder.free(), "--keys", "a:{tenant}"))
        .isEqualTo(10);
  }
}
