package dev.deployclaw.container.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentSocketLocatorTest {
  @TempDir Path folder;

  @Test
  void findsTheConfigurationAsCommandsDo() throws IOException {
    var home = Files.createDirectories(folder.resolve("home"));
    assertThat(configuration(home, List.of("status"), Map.of())).isEmpty();

    var lab = file("home/.deployclaw/lab/deployclaw.yaml", "");
    assertThat(configuration(home, List.of("status"), Map.of())).hasValue(lab);
    var here = file("deployclaw.yaml", "");
    assertThat(configuration(home, List.of("status"), Map.of())).hasValue(here);
    var named = Map.of("DEPLOYCLAW_CONFIG", "named.yaml");
    assertThat(configuration(home, List.of("status"), named))
        .hasValue(folder.resolve("named.yaml"));
    assertThat(configuration(home, List.of("status", "--config", "a.yaml"), named))
        .hasValue(folder.resolve("a.yaml"));
    assertThat(configuration(home, List.of("status", "--config=b.yaml"), named))
        .hasValue(folder.resolve("b.yaml"));
  }

  @Test
  void findsTheSocketInTheStateFolder() throws IOException {
    assertThat(socket("etcd: {}\n")).isEqualTo(".deployclaw/state/agent.sock");
    assertThat(socket("stateDir: state\n")).isEqualTo("state/agent.sock");
    assertThat(socket("# x\nstateDir: \"my state\" # here\netcd: {}\n"))
        .isEqualTo("my state/agent.sock");
    assertThat(socket("a: {stateDir: no}\nstateDir: 'yes'\n")).isEqualTo("yes/agent.sock");
  }

  @Test
  void theEnvironmentWinsOverTheFile() throws IOException {
    var file = file("deployclaw.yaml", "stateDir: state\n");
    var socket = file("other/agent.sock", "");

    assertThat(AgentSocketLocator.socket(file, Map.of("DEPLOYCLAW_STATE_DIR", "other")))
        .hasValue(socket);
    assertThat(AgentSocketLocator.socket(file, Map.of())).as("no socket there").isEmpty();
  }

  @Test
  void findsNoneWhereTheFileCannotBeRead() {
    assertThat(AgentSocketLocator.socket(folder.resolve("none.yaml"), Map.of())).isEmpty();
  }

  private Optional<Path> configuration(
      Path home, List<String> words, Map<String, String> environment) {
    return AgentSocketLocator.configuration(words, home, folder, environment);
  }

  /** Makes the sockets of all places, and gives the one that is found. */
  private String socket(String yaml) throws IOException {
    for (var place : List.of(".deployclaw/state", "state", "my state", "yes", "no")) {
      file(place + "/agent.sock", "");
    }
    var file = file("deployclaw.yaml", yaml);
    return folder.relativize(AgentSocketLocator.socket(file, Map.of()).orElseThrow()).toString();
  }

  private Path file(String name, String text) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
