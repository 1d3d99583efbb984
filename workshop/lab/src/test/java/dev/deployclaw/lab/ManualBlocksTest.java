package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No block of commands in the manual is left out in silence, and no sentence names another. */
class ManualBlocksTest {
  private static final Path TEST =
      Path.of("src/test/java/dev/deployclaw/lab/ManualCommandsTest.java");
  private static final Pattern PASTED = Pattern.compile("block\\(\"([^\"]+#\\d)\"\\)");
  private static final Pattern NAMED = Pattern.compile("`(?:\\./)?deployclaw ([a-z][^`]*)`");
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");

  @Test
  void eachIsPastedOrHasAReasonWhyNot() throws IOException {
    var told = new TreeSet<>(ManualBlocks.NOT_HERE.keySet());
    told.addAll(found(PASTED, Files.readString(TEST)));

    assertThat(told).containsExactlyElementsOf(new TreeSet<>(ManualBlocks.names()));
  }

  @Test
  void eachLineThatIsLeftOutIsThere() {
    var lines =
        ManualBlocks.names().stream()
            .flatMap(name -> ManualBlocks.whole(name).lines())
            .map(String::strip)
            .toList();

    for (String begin : ManualBlocks.LINES_NOT_HERE.keySet()) {
      assertThat(lines).anyMatch(line -> line.startsWith(begin));
    }
  }

  @Test
  void testsThatRunWhatIsLeftOutAreThere() throws IOException {
    var reasons =
        Stream.of(ManualBlocks.NOT_HERE, ManualBlocks.LINES_NOT_HERE)
            .flatMap(map -> map.values().stream())
            .toList();
    var wanted = new TreeSet<>(found(Pattern.compile("(\\w+Test)\\b"), String.join("\n", reasons)));
    try (var files =
        Files.find(ManualBlocks.ROOT, 14, (file, _) -> file.toString().endsWith("Test.java"))) {
      files.map(f -> f.getFileName().toString().replace(".java", "")).forEach(wanted::remove);
    }
    assertThat(wanted).isEmpty();
  }

  /** A command in a sentence, by its name and its options. */
  @Test
  void eachCommandInASentenceIsOne() {
    var wrong = new TreeSet<String>();
    for (String page : ManualBlocks.pages()) {
      for (String line : found(NAMED, ManualBlocks.text(page))) {
        String help = help(line.split("\\s+", -1));
        found(Pattern.compile("(" + OPTION + ")"), line.replaceFirst(" -- .*", "")).stream()
            .filter(option -> !help.contains(option))
            .forEach(option -> wrong.add(page + ": " + line + ": " + option));
        if (!help.contains("Usage: deployclaw " + line.split("\\s+", -1)[0])) {
          wrong.add(page + ": " + line);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
  }

  private static final Map<String, String> HELPS = new TreeMap<>();

  /** Of the command that the first words are, and of the one below it, if there is one. */
  private static String help(String... words) {
    String deeper = words.length > 1 && words[1].matches("[a-z][a-z-]+") ? words[1] : "";
    return helped(words[0])
        + (helped(words[0]).contains("  " + deeper + " ") ? helped(words[0], deeper) : "");
  }

  private static String helped(String... words) {
    return HELPS.computeIfAbsent(
        String.join(" ", words),
        _ -> {
          var out = new ByteArrayOutputStream();
          var print = new PrintStream(out, true, StandardCharsets.UTF_8);
          var here = Path.of("").toAbsolutePath();
          var around = new CommandEnvironment(here, here, Map.of(), print, print, OutputMode.PLAIN);
          var all = Arrays.copyOf(words, words.length + 1);
          all[words.length] = "--help";
          CommandLineRunner.run(around, all);
          return out.toString(StandardCharsets.UTF_8);
        });
  }
}
