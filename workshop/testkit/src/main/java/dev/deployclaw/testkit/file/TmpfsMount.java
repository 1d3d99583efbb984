package dev.deployclaw.testkit.file;

import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A small file system of its own under a folder, which can be filled up. */
public final class TmpfsMount implements AutoCloseable {
  private static final int PAGE = 4_096;
  private static final int SYS_ADMIN = 21;

  private final Path at;

  private TmpfsMount(Path at) {
    this.at = at;
  }

  /** Whether this process may mount one. */
  public static boolean possible() {
    return SystemTool.isRoot() && SystemTool.may(SYS_ADMIN);
  }

  /**
   * Mounts one over a folder; closing unmounts it.
   *
   * @param mebibytes that it holds
   */
  public static TmpfsMount mount(Path at, int mebibytes) {
    var _ =
        SystemTool.must("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "none", "" + at);
    return new TmpfsMount(at);
  }

  /** Takes what room there is. */
  public void fill() {
    leave(0);
  }

  /** Takes what room there is, but for so many bytes. */
  public void leave(long bytes) {
    byte[] page = new byte[PAGE];
    try (var out =
        Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (free() > bytes) {
        out.write(page);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives back what was taken. */
  public void makeRoom() {
    try {
      Files.delete(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return at.resolve("filler");
  }

  private long free() throws IOException {
    return Files.getFileStore(at).getUsableSpace();
  }

  @Override
  public void close() {
    var _ = SystemTool.must("umount", "-l", "" + at);
  }
}
