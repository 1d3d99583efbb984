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
  private static final String ABOUT = "state folder";
  private static final long LEAST_FREE_MEBIBYTES = 512;

  private StateFolderCheck() {}

  static List<Diagnosis> examine(Path folder) {
    try {
      Files.createDirectories(folder);
      var trial = Files.createTempFile(folder, "doctor", ".tmp");
      try (var channel = FileChannel.open(trial, StandardOpenOption.WRITE)) {
        channel.force(true);
      } finally {
        Files.delete(trial);
      }
      long free = Files.getFileStore(folder).getUsableSpace() >> 20;
      String found = folder + " accepts synced files, " + free + " MiB are free";
      return List.of(
          free < LEAST_FREE_MEBIBYTES
              ? Diagnosis.warning(
                  ABOUT, found, "free space: a log that can't be written stops a change")
              : Diagnosis.ok(ABOUT, found));
    } catch (IOException e) {
      return List.of(
          Diagnosis.error(
              ABOUT,
              folder + " isn't writable: " + FileFault.words(e),
              "make this user its owner, or set stateDir"));
    }
  }
}
