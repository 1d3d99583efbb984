package dev.deployclaw.testkit.docker;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.lang3.function.Failable;

/**
 * An image of one layer, made of files of this machine, so that none must be pulled: programs with
 * the libraries that the loader names, folders, texts. Not for many threads.
 */
public final class LocalImageBuilder {
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");
  private static final int EXECUTABLE = 0755;
  private static final int ANYBODYS = 01777;

  private final String name;
  private final String config;
  private final TreeSet<String> folders = new TreeSet<>();
  private final TreeMap<String, byte[]> texts = new TreeMap<>();
  private final TreeMap<String, Path> files = new TreeMap<>();

  public LocalImageBuilder(String name, String config) {
    this.name = name;
    this.config = config;
  }

  public LocalImageBuilder folders(String... paths) {
    folders.addAll(List.of(paths));
    return this;
  }

  LocalImageBuilder text(String path, String text) {
    texts.put(path, text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  LocalImageBuilder file(String path, Path file) {
    files.put(path, file);
    return this;
  }

  /** A program where it stands in the image, and the libraries of it where they stand here. */
  public LocalImageBuilder program(String path, Path file) {
    return file(path, file).librariesOf(file);
  }

  private LocalImageBuilder librariesOf(Path file) {
    return librariesOf(file, _ -> true);
  }

  /** What {@code ldd} names, the loader itself included, where it is wanted. */
  public LocalImageBuilder librariesOf(Path file, Predicate<Path> wanted) {
    LIBRARY
        .matcher(SystemTool.must("ldd", file.toString()))
        .results()
        .map(found -> Path.of(found.group(1)).normalize())
        .filter(wanted)
        .forEach(library -> files.put(library.toString(), library));
    return this;
  }

  /** All files below a folder of this machine, links followed. */
  public LocalImageBuilder tree(String path, Path folder, Predicate<Path> wanted) {
    try (var below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      below
          .filter(Files::isRegularFile)
          .filter(wanted)
          .forEach(f -> files.put(path + "/" + folder.relativize(f), f));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public void load(DockerClient client) {
    Failable.run(() -> {
      Path layer = Files.createTempFile("layer", ".tar");
      Path image = Files.createTempFile("image", ".tar");
      try {
        pack(image, layer, writeLayer(layer));
        try (var in = new BufferedInputStream(Files.newInputStream(image))) {
          client.loadImageCmd(in).exec();
        }
      } finally {
        Files.delete(layer);
        Files.delete(image);
      }
    });
  }

  private String writeLayer(Path layer) throws IOException {
    try (var out = new DigestOutputStream(open(layer), MessageDigest.getInstance("SHA-256"))) {
      var tar = tar(out);
      for (String folder : folders) {
        var entry = new TarArchiveEntry(folder.substring(1) + "/");
        entry.setMode(ANYBODYS);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
      for (var text : texts.entrySet()) {
        begin(tar, text.getKey().substring(1), text.getValue().length);
        tar.write(text.getValue());
        tar.closeArchiveEntry();
      }
      for (var file : files.entrySet()) {
        add(tar, file.getKey().substring(1), file.getValue());
      }
      tar.finish();
      tar.flush();
      return HexFormat.of().formatHex(out.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void pack(Path image, Path layer, String digest) throws IOException {
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    try (var tar = tar(open(image))) {
      text(
          tar,
          "manifest.json",
          """
          [{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]
          """
              .formatted(name));
      text(
          tar,
          "config.json",
          """
          {"architecture": "%s", "os": "linux", "config": %s,
           "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
          """
              .formatted(architecture, config, digest));
      add(tar, "layer.tar", layer);
    }
  }

  private static OutputStream open(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file));
  }

  private static TarArchiveOutputStream tar(OutputStream out) {
    var tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }

  private static void text(TarArchiveOutputStream tar, String path, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    begin(tar, path, bytes.length);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static void add(TarArchiveOutputStream tar, String path, Path file) throws IOException {
    begin(tar, path, Files.size(file));
    Files.copy(file, tar);
    tar.closeArchiveEntry();
  }

  private static void begin(TarArchiveOutputStream tar, String path, long bytes)
      throws IOException {
    var entry = new TarArchiveEntry(path);
    entry.setMode(EXECUTABLE);
    entry.setSize(bytes);
    tar.putArchiveEntry(entry);
  }
}
