package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** A small file system under a folder, where it can be mounted. */
@SuppressWarnings("try") // waiting for a command can be interrupted
final class Tmpfs implements AutoCloseable {
  private static final long SECONDS = 20;
  private final Path at;
  private final boolean mounted;

  Tmpfs(Path at) throws Exception {
    this.at = at;
    this.mounted =
        Files.isDirectory(at) && run("mount", "-t", "tmpfs", "-o", "size=4m", "none", "" + at);
  }

  static boolean possible() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Takes what room there is. */
  void fill() throws IOException {
    byte[] page = new byte[4096];
    try (var out = Files.newOutputStream(at.resolve("fill"), StandardOpenOption.CREATE)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  void makeRoom() throws IOException {
    Files.delete(at.resolve("fill"));
  }

  private static boolean run(String... command) throws Exception {
    var process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  @Override
  public void close() throws Exception {
    if (mounted) {
      assertThat(run("umount", "-l", "" + at)).isTrue();
    }
  }
}
