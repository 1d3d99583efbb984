package dev.deployclaw.testkit.file;

import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.commons.lang3.function.Failable;

/** A small file system of its own under a folder, which can be filled up. */
public record TmpfsMount(Path at) implements AutoCloseable {
  private static final int PAGE = 4_096;
  private static final int MOST_MOUNTS = 4;

  public static boolean possible() {
    return Failable.get(() -> {
      Path folder = Files.createTempDirectory("disk");
      boolean mounted =
          SystemTool.isRoot()
              && SystemTool.run("mount", "-t", "tmpfs", "none", "" + folder).exit() == 0;
      unmount(folder);
      Files.delete(folder);
      return mounted;
    });
  }

  /** Mounts one over a folder; closing unmounts it. */
  public static TmpfsMount mount(Path at, int mebibytes) {
    var _ =
        SystemTool.must("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "none", "" + at);
    return new TmpfsMount(at);
  }

  /** Takes what room there is. */
  public void fill() {
    leave(0);
  }

  /** Takes all pages but so many; each file takes whole ones. */
  public void leavePages(int pages) {
    leave((long) pages * PAGE);
  }

  public void leave(long bytes) {
    byte[] page = new byte[PAGE];
    try (var out =
        Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (Files.getFileStore(at).getUsableSpace() > bytes) {
        out.write(page);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void makeRoom() {
    Failable.run(() -> Files.deleteIfExists(filler()));
  }

  /** Also what an earlier process left over a folder, once or more often. */
  public static void unmount(Path at) {
    for (int i = 0; i < MOST_MOUNTS && isMounted(at); i++) {
      SystemTool.run("umount", "-l", "" + at);
    }
  }

  private static boolean isMounted(Path at) {
    return Failable.get(() ->
        Files.isDirectory(at)
            && Files.readString(Path.of("/proc/mounts")).contains(" " + at.toRealPath() + " "));
  }

  private Path filler() {
    return at.resolve("filler");
  }

  @Override
  public void close() {
    var _ = SystemTool.must("umount", "-l", "" + at);
  }
}
