package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.server.NatsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What befalls the files in which a server keeps its streams, while it is down. */
final class StoreFiles {
  private final NatsServer nats;
  private final Path old;

  /**
   * @param old where a copy is kept
   */
  StoreFiles(NatsServer nats, Path old) {
    this.nats = nats;
    this.old = old;
  }

  void copy() throws IOException {
    nats.daemon().kill();
    copy(data(), old);
    nats.restart();
  }

  void putBack() throws IOException {
    nats.daemon().kill();
    remove(data());
    copy(old, data());
    nats.restart();
  }

  /**
   * As a disk does: one of its files is gone, with what it held.
   *
   * @param indexed whether the server had written its index before it ended, and so believes that
   *     it has everything
   */
  void loseABlock(int number, boolean indexed) throws IOException {
    if (indexed) {
      nats.daemon().close();
    } else {
      nats.daemon().kill();
    }
    List<Path> blocks = ending(".blk");
    assertThat(blocks).as("blocks of the stream").hasSizeGreaterThan(number + 2);
    Files.delete(blocks.get(number));
    List<Path> index = ending("index.db");
    if (indexed) {
      assertThat(index).isNotEmpty();
    } else {
      for (Path file : index) {
        Files.delete(file);
      }
    }
    nats.restart();
  }

  private List<Path> ending(String end) throws IOException {
    try (var files = Files.walk(data())) {
      return files
          .filter(f -> f.toString().toLowerCase(Locale.ROOT).endsWith(end))
          .sorted()
          .toList();
    }
  }

  private Path data() {
    return nats.daemon().folder().resolve("data");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void remove(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
