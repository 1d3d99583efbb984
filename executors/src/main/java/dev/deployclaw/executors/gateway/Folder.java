package dev.deployclaw.executors.gateway;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A gateway's folder: {@code epochs/<E>/nginx.conf} for each epoch that is kept, and the link
 * {@code live} to the one that is read. Every write is whole or absent after a crash.
 */
record Folder(Path root) {
  private static final Pattern TARGET = Pattern.compile("epochs/(0|[1-9]\\d{0,17})");
  private static final String FILE = "nginx.conf";
  private static final String RELOAD = "before-reload";

  static final String REMEDY =
      "put its file at epochs/0/nginx.conf, link live to epochs/0, and start NGINX with"
          + " -c <folder>/live/nginx.conf";

  /** What {@code live} points to, as it is written; empty where there is no such link. */
  Optional<String> target() throws IOException {
    return Files.isSymbolicLink(live())
        ? Optional.of(Files.readSymbolicLink(live()).toString())
        : Optional.empty();
  }

  /** The epoch that {@code live} points to; empty where it points elsewhere, or nowhere. */
  OptionalLong liveEpoch() throws IOException {
    var match = TARGET.matcher(target().orElse(""));
    return match.matches() ? OptionalLong.of(Long.parseLong(match.group(1))) : OptionalLong.empty();
  }

  /** The file that NGINX reads when it reloads. */
  Optional<byte[]> liveFile() throws IOException {
    return bytes(live().resolve(FILE));
  }

  Optional<byte[]> file(long epoch) throws IOException {
    return bytes(path(epoch));
  }

  Path path(long epoch) {
    return folder(epoch).resolve(FILE);
  }

  /** Returns when the file is on disk under its name. */
  void write(long epoch, byte[] text) throws IOException {
    write(folder(epoch), FILE, text);
  }

  /** Makes {@code live} point to the epoch, in one step. */
  void switchTo(long epoch) throws IOException {
    Path next = root.resolve("live." + UUID.randomUUID());
    Files.createSymbolicLink(next, Path.of("epochs", Long.toString(epoch)));
    try {
      Files.move(next, live(), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(root);
  }

  /** Keeps which workers ran before the epoch's file was to be read. */
  void keepWorkers(long epoch, String workers) throws IOException {
    write(folder(epoch), RELOAD, workers.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #keepWorkers} wrote it; empty where the epoch needed no reload. */
  Optional<String> keptWorkers(long epoch) throws IOException {
    return bytes(folder(epoch).resolve(RELOAD)).map(b -> new String(b, StandardCharsets.UTF_8));
  }

  /** Removes an epoch that isn't live. */
  void delete(long epoch) throws IOException {
    Path folder = folder(epoch);
    if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.delete(folder);
    sync(folder.resolveSibling(""));
  }

  private Path live() {
    return root.resolve("live");
  }

  private Path folder(long epoch) {
    return root.resolve("epochs").resolve(Long.toString(epoch));
  }

  private static Optional<byte[]> bytes(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static void write(Path folder, String name, byte[] text) throws IOException {
    Files.createDirectories(folder);
    Path next = folder.resolve(name + "." + UUID.randomUUID());
    try {
      try (var out = FileChannel.open(next, CREATE_NEW, WRITE)) {
        for (var rest = ByteBuffer.wrap(text); rest.hasRemaining(); ) {
          out.write(rest);
        }
        out.force(true);
      }
      Files.move(next, folder.resolve(name), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(folder);
    sync(folder.resolveSibling(""));
  }

  private static void sync(Path folder) throws IOException {
    try (var entry = FileChannel.open(folder, READ)) {
      entry.force(true);
    }
  }
}
