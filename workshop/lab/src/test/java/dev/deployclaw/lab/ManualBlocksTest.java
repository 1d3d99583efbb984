package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No block of commands in the manual is left out in silence. */
class ManualBlocksTest {
  private static final Path TEST =
      Path.of("src/test/java/dev/deployclaw/lab/ManualCommandsTest.java");

  @Test
  void eachIsPastedOrHasAReasonWhyNot() throws IOException {
    var told = new TreeSet<>(ManualBlocks.NOT_HERE.keySet());
    Pattern.compile("block\\(\"([^\"]+#\\d)\"\\)")
        .matcher(Files.readString(TEST))
        .results()
        .forEach(pasted -> told.add(pasted.group(1)));

    assertThat(told).containsExactlyElementsOf(new TreeSet<>(ManualBlocks.names()));
  }

  @Test
  void eachLineThatIsLeftOutIsThere() {
    var lines =
        ManualBlocks.names().stream()
            .flatMap(name -> ManualBlocks.whole(name).lines())
            .map(String::strip)
            .toList();

    for (String begin : List.copyOf(ManualBlocks.LINES_NOT_HERE.keySet())) {
      assertThat(lines).anyMatch(line -> line.startsWith(begin));
    }
  }
}
