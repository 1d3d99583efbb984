package dev.deployclaw.lab.campaign.estate;

import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A small file system of its own for a state folder, in memory, which can be full. */
public final class StateDisk {
  private static final String SIZE = "size=256m";
  private static final String BALLAST = "ballast";
  private static final int PAGE = 4096;
  private static final long MOST_SECONDS = 20;
  private static final int MOST_MOUNTS = 4;

  private final Path folder;

  private StateDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts it on the folder, which nobody has used yet, where that is allowed. */
  static StateDisk mount(Path folder) throws IOException {
    Files.createDirectories(folder);
    unmount(folder);
    Optional<String> _ = mounted(folder);
    return new StateDisk(folder);
  }

  /** Why there can be none here; empty where there can. */
  public static Optional<String> obstacle() {
    try {
      var folder = Files.createTempDirectory("disk");
      var obstacle = mounted(folder);
      unmount(folder);
      Files.delete(folder);
      return obstacle;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> mounted(Path folder) {
    return run("mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", folder.toString());
  }

  /** Leaves so many pages of memory, of which each file takes whole ones. */
  public void fill(int pages) throws IOException {
    long left = Files.getFileStore(folder).getUsableSpace() - (long) pages * PAGE;
    try (var file =
        FileChannel.open(
            folder.resolve(BALLAST), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      var zeros = ByteBuffer.allocate(PAGE);
      for (long written = 0; written + PAGE <= left; written += PAGE) {
        int _ = file.write(zeros.clear());
      }
    }
  }

  void free() {
    try {
      Files.deleteIfExists(folder.resolve(BALLAST));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Also what an earlier campaign left there, once or more often. */
  static void unmount(Path folder) {
    for (int i = 0; i < MOST_MOUNTS && isMounted(folder); i++) {
      Optional<String> _ = run("umount", "-l", folder.toString());
    }
  }

  private static boolean isMounted(Path folder) {
    try {
      return Files.isDirectory(folder)
          && Files.readString(Path.of("/proc/mounts")).contains(" " + folder.toRealPath() + " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What went wrong. */
  private static Optional<String> run(String... words) {
    var command = new ArrayList<>(List.of(words));
    command.set(0, ExecutableFinder.find(words[0]));
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean done = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
      return done
          ? Optional.empty()
          : Optional.of(words[0] + " needs root (in a container the capability SYS_ADMIN)");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
