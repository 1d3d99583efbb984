package dev.deployclaw.audit.folder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of logs are kept while their folder rests, and no longer. */
class FolderListingTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path state;

  @Test
  void aListIsNeverOlderThanItsFolder() throws Exception {
    var folder = JournalFolder.in(state);
    Files.createFile(folder.records("log-1"));
    BoundedWait.until("the folder rests", SOON, () -> rests(folder.path()));
    assertThat(folder.known()).containsExactly("log-1");
    assertThat(folder.known()).isSameAs(folder.known());

    for (int i = 2; i < 40; i++) {
      Files.createFile(folder.records("log-" + i));
      assertThat(folder.executions()).hasSize(i).last().isEqualTo("log-" + i);
    }
    Files.move(folder.records("log-1"), folder.path().resolve("log-1" + JournalFolder.STORED));

    assertThat(folder.executions()).hasSize(38).doesNotContain("log-1");
    assertThat(folder.known()).hasSize(39).first().isEqualTo("log-1");
  }

  private static boolean rests(Path folder) {
    try {
      var changed = (FileTime) Files.getAttribute(folder, "unix:ctime");
      return changed.toInstant().isBefore(Instant.now().minusSeconds(2));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
