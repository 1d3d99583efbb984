package dev.deployclaw.container.doctor;

import dev.deployclaw.container.file.FileFault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Whether logs can be kept: written, synced, and with room to spare. */
final class StateFolderCheck {
  private static final long LEAST_FREE_MEBIBYTES = 512;

  private StateFolderCheck() {}

  static List<Diagnosis> examine(Path folder) {
    var found = new DiagnosisCollector("state folder");
    try {
      Files.createDirectories(folder);
      var trial = Files.createTempFile(folder, "doctor", ".tmp");
      try (var channel = FileChannel.open(trial, StandardOpenOption.WRITE)) {
        channel.force(true);
      } finally {
        Files.delete(trial);
      }
      long free = Files.getFileStore(folder).getUsableSpace() >> 20;
      String what = folder + " accepts synced files, " + free + " MiB are free";
      if (free < LEAST_FREE_MEBIBYTES) {
        found.warning(what, "free space: a log that can't be written stops a change");
      } else {
        found.ok(what);
      }
    } catch (IOException e) {
      found.error(
          folder + " isn't writable: " + FileFault.words(e),
          "make this user its owner, or set stateDir");
    }
    return found.all();
  }
}
