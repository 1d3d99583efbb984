package dev.deployclaw.container.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.screen.PseudoTerminal;
import dev.deployclaw.testkit.process.JavaProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live view of {@code top} on a real pseudo-terminal. */
class TopScreenTest {
  private static final String LEFT = "\u001b[?25h\u001b[?1049l";

  /** The exit code of each end. */
  private static final Map<String, Integer> ENDS =
      Map.of("ctrl-c", 0, "TERM", 143, "HUP", 129, "INT", 130, "throw", 1);

  @TempDir Path folder;

  private Path last = Path.of("");

  @Test
  void showsTheHeaviestInPlaceAndFollowsKeysSizeAndOutages() throws Exception {
    try (var terminal = top(80, 12, Map.of())) {
      terminal.awaitScreen("a table", s -> s.contains("tenant-16") && s.contains("1-9 of 32"));
      var screen = terminal.screen();
      assertThat(screen.get(0)).startsWith("epoch 7, by used");
      assertThat(screen.get(2)).startsWith("evil [2J ]0;owned name");
      assertThat(screen.get(3)).startsWith("テナント").contains("…  orders");
      assertThat(screen.get(11)).startsWith("1-9 of 32  q quit");

      terminal.type("\u001b[B\u001b[6~");
      terminal.awaitScreen("it is scrolled", s -> s.contains("11-19 of 32"));
      terminal.type("a");
      terminal.awaitScreen("another order", s -> s.startsWith("epoch 7, by allowed"));
      terminal.type("g");
      terminal.awaitScreen(
          "the most allowed", s -> s.lines().toList().get(2).startsWith("tenant-39"));

      terminal.resize(60, 6);
      terminal.awaitScreen("it fits", s -> s.contains("1-3 of 32") && s.lines().count() <= 6);

      Files.createFile(last.resolve("away"));
      terminal.awaitScreen(
          "an outage", s -> s.startsWith("not measured for ") && s.contains("etcd is away [2J"));
      assertThat(terminal.screen().get(1)).startsWith("epoch 7");
      Files.delete(last.resolve("away"));
      terminal.awaitScreen("it is over", s -> s.startsWith("epoch 7"));

      terminal.type("q");
      assertThat(terminal.exit()).isZero();
      assertThat(terminal.isRestored()).isTrue();
      String left = terminal.written().substring(terminal.written().indexOf(LEFT) + LEFT.length());
      assertThat(left).startsWith("epoch 7, by allowed").contains("tenant-39", "tenant-10");
      assertThat(terminal.written()).doesNotContain("]0;owned\u0007", "\u202e", "evil\u001b");
    }
  }

  @Test
  void leavesTheTerminalAsItWasHoweverItEnds() throws Exception {
    for (String end : ENDS.keySet()) {
      try (var terminal =
          end.equals("throw") ? top(80, 24, Map.of(), end) : top(80, 24, Map.of())) {
        if (!end.equals("throw")) {
          terminal.awaitScreen("a table", s -> s.contains("tenant-16"));
        }
        switch (end) {
          case "ctrl-c" -> terminal.type("\u0003");
          case "throw" -> {}
          default -> terminal.signal(end);
        }

        assertThat(terminal.exit()).as(end).isEqualTo(ENDS.get(end));
        assertThat(terminal.isRestored()).as(end).isTrue();
        assertThat(terminal.written()).as(end).containsOnlyOnce(LEFT);
      }
    }
  }

  @Test
  void withoutColourNoneIsSent() throws Exception {
    try (var plain = top(80, 24, Map.of("NO_COLOR", "1"));
        var colour = top(80, 24, Map.of())) {
      for (var terminal : List.of(plain, colour)) {
        terminal.awaitScreen("a table", s -> s.contains("tenant-16"));
        terminal.type("q");
        assertThat(terminal.exit()).isZero();
      }
      assertThat(colour.written()).contains("\u001b[31m", "\u001b[1m");
      assertThat(plain.written().replace("\u001b[0m\u001b[?25h", ""))
          .doesNotContainPattern("\u001b\\[\\d*m");
    }
  }

  private PseudoTerminal top(int columns, int rows, Map<String, String> environment, String... args)
      throws Exception {
    last = Files.createTempDirectory(folder, "t");
    var command = JavaProgram.words(JavaProgram.QUICK, TopProgram.class, args);
    return PseudoTerminal.start(last, columns, rows, environment, command);
  }
}
