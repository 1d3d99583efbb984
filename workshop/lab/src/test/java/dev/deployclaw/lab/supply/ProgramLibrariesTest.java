package dev.deployclaw.lab.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * {@code ./deployclaw} has the libraries of the lab's module at run time. A library that the module
 * names for its tests alone is left out of them, even if the agent needs it: Maven takes the
 * nearest scope. So nothing is named like that which the agent needs.
 */
class ProgramLibrariesTest {
  private static final Pattern OF_TESTS =
      Pattern.compile(
          "<artifactId>([^<]+)</artifactId>(?:<[^>]+>[^<]*</[^>]+>)*<scope>test</scope>");

  @Test
  void onlyWhatNoOtherPartNeedsIsForTestsAlone() throws IOException {
    var found = OF_TESTS.matcher(Files.readString(Path.of("pom.xml"))).results();

    assertThat(found.map(library -> library.group(1)))
        .containsExactlyInAnyOrder("testcontainers", "playwright");
  }
}
