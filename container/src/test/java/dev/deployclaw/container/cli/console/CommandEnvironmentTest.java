package dev.deployclaw.container.cli.console;

import static java.io.OutputStream.nullOutputStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.core.journal.ProgressListener;
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

  @Test
  void writesCommandsInHintsAsItWasCalled() {
    var screen = new CommandLineFixture(folder, Map.of(CommandEnvironment.CALLED, "./deployclaw"));

    screen.surroundings().warn("deployclaw: HELD; deployclaw approve x, or /bin/deployclaw run y");
    assertThat(screen.err().strip())
        .isEqualTo("deployclaw: HELD; ./deployclaw approve x, or /bin/deployclaw run y");
  }

  /** A client's words go through the agent that serves it. */
  @Test
  void masksWordsByTheSecretsOfItsAgent() throws Exception {
    var client =
        new CommandEnvironment.Client(
            folder, folder, Map.of(), false, "ann", new Masking(), TerminalPrompt.NONE);
    var around = CommandEnvironment.remote(client, nullOutputStream(), nullOutputStream());

    assertThat(around.request("apply as held-elsewhere says").text())
        .isEqualTo("apply as *** says");
    assertThat(around.masked("held-elsewhere")).isEqualTo("***");
  }

  /** A line's parts would each be known as no secret. */
  @Test
  void foldsLinesForATerminalAloneAndHidesASecretBefore() {
    SecretRegistry.learn("two words of a secret");
    var screen = new CommandLineFixture(folder, Map.of("COLUMNS", "20"));

    screen.surroundings(OutputMode.TERMINAL).say("  1 says two words of a secret here and on");
    screen.surroundings(OutputMode.PLAIN).say("  it is a line that a program reads");

    assertThat(screen.out())
        .doesNotContain("secret")
        .startsWith("  1 says ")
        .endsWith(" here\n  and on\n  it is a line that a program reads\n");
  }

  private record Masking() implements RuntimeSource {
    @Override
    public Lease open(AgentConfig config, ProgressListener progress) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Lease look(AgentConfig config) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ConfigRole role() {
      return ConfigRole.AGENT;
    }

    @Override
    public TextMask mask() {
      return text -> text.replace("held-elsewhere", "***");
    }
  }
}
