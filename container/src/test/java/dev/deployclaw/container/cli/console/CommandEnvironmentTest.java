package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandEnvironmentTest {
  @TempDir Path folder;

  @Test
  void prefersTheConfigurationThatIsNearest() {
    var screen = new CommandLineFixture(folder);
    var named = new CommandLineFixture(folder, Map.of("DEPLOYCLAW_CONFIG", "named.yaml"));

    assertThat(screen.surroundings().configFile(Optional.empty())).isEmpty();

    var lab = screen.write(".deployclaw/lab/deployclaw.yaml", "");
    assertThat(screen.surroundings().configFile(Optional.empty())).contains(lab);

    var here = screen.write("deployclaw.yaml", "");
    assertThat(screen.surroundings().configFile(Optional.empty())).contains(here);

    assertThat(named.surroundings().configFile(Optional.empty()))
        .contains(folder.resolve("named.yaml"));
    assertThat(named.surroundings().configFile(Optional.of(Path.of("given.yaml"))))
        .contains(folder.resolve("given.yaml"));
  }
}
