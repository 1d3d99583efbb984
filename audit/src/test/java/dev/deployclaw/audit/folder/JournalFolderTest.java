package dev.deployclaw.audit.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFolderTest {
  @TempDir Path state;

  /** It is tried again and again, on a disk that may be full. */
  @Test
  void aFileThatCannotBePutInItsPlaceLeavesNothingBehind() throws Exception {
    var folder = JournalFolder.in(state);
    Files.createDirectories(folder.path().resolve("log.head").resolve("in-the-way"));

    assertThatThrownBy(() -> folder.keep("log.head", new byte[1]))
        .isInstanceOf(UncheckedIOException.class);

    try (var files = Files.list(folder.path())) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("log.head");
    }
  }
}
