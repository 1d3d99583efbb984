package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.plugin.ExamplePlugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginCommandTest {
  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void screen() {
    screen = new CommandLineFixture(folder);
  }

  @Test
  void printsATableAndEndsWithZeroWhereAllIsKept() throws Exception {
    try (var example = ExamplePlugin.in(Files.createDirectory(folder.resolve("plugin")))) {
      int exit = screen.run(words(example));

      assertThat(exit).as(screen.out()).isZero();
      assertThat(screen.out())
          .containsPattern("kept +single-use +refuses a grant that was used before")
          .containsPattern("kept +crash ")
          .contains("0 of 35 promises are broken");
    }
  }

  @Test
  void endsWithOneAndADocumentWhereTheProgramIsNoPlugin() {
    int exit = screen.run("plugin", "test", "/bin/true", "--json");

    assertThat(exit).isEqualTo(1);
    assertThat(screen.json().path("broken").asInt()).isEqualTo(1);
    assertThat(screen.json().at("/promises/0/promise").asText()).isEqualTo("start");
    assertThat(screen.json().at("/promises/0/verdict").asText()).isEqualTo("broken");
  }

  private static String[] words(ExamplePlugin example) {
    var words = new ArrayList<String>(List.of("plugin", "test"));
    words.add(example.program().toString());
    words.add("--");
    words.addAll(example.arguments());
    return words.toArray(String[]::new);
  }
}
