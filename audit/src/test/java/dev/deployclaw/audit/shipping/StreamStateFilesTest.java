package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.shipping.StreamLoss.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamStateFilesTest {
  private static final int REPAIRS = 500;

  @TempDir private Path folder;

  @Test
  void aRepairMayEndWhileItIsReadOf() throws Exception {
    var files = new StreamStateFiles(JournalFolder.in(folder), Optional.empty());
    var loss = new StreamLoss("2026-11-29T12:00:00Z", "deleted", List.of(new Range("one", 1, 9)));
    var other = new StreamLoss("2026-11-29T12:00:01Z", "deleted", List.of(new Range("two", 1, 9)));

    try (var threads = Executors.newSingleThreadExecutor()) {
      var repairs =
          threads.submit(() -> {
            for (int n = 0; n < REPAIRS; n++) {
              files.begin(loss);
              files.begin(other);
              files.done(loss, List.of());
              files.done(other, List.of());
            }
          });
      while (!repairs.isDone()) {
        assertThat(files.unrepaired()).isBetween(0L, 18L);
      }
      repairs.get();
    }

    assertThat(files.unrepaired()).isZero();
    assertThat(files.repaired()).hasSize(2);
  }
}
