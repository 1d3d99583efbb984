package dev.deployclaw.container.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.Test;

/**
 * Documents for users claim no wall around all executors: a single command runs them in its own
 * process, as {@code deployclaw doctor} says.
 */
class IsolationWordsTest {
  private static final String CLAIMS =
      "(?is).*(sandboxed\\s+(executor|plugin|skill)|nothing\\s+else\\s+of\\s+the\\s+agent"
          + "|isolated\\s+(executor|plugin)).*";

  private static final Path ROOT = Path.of("..");

  @Test
  void noDocumentClaimsAWall() throws IOException {
    List<Path> claiming;
    try (var documents = Files.walk(ROOT.resolve("docs"))) {
      claiming =
          Stream.concat(
                  Stream.of("SKILL.md", "README.md", "SECURITY.md").map(ROOT::resolve),
                  documents.filter(p -> p.toString().endsWith(".md")))
              .filter(p -> text(p).matches(CLAIMS))
              .toList();
    }

    assertThat(claiming).isEmpty();
    assertThat(text(ROOT.resolve("SKILL.md"))).contains("no wall of the operating system");
    assertThat(text(Path.of("src/main/java/dev/deployclaw/container/doctor/IsolationCheck.java")))
        .contains("no wall of the operating system does");
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
