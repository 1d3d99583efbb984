package dev.deployclaw.testkit.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.apache.commons.lang3.function.Failable;

/**
 * The class path of this JVM for programs beside it: absolute, since they work in other folders,
 * and of jars alone. What a build has in folders is packed for them, once for each content; tests
 * are left out.
 *
 * @param build where that is kept; empty where all are jars already
 */
record ChildClassPath(List<Path> jars, Optional<Path> build) {
  private static final int SHORT = 16;

  /** Of what is packed: the JDK takes a jar with another time for another one. */
  private static final FileTime PACKED = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

  static ChildClassPath ofThisJvm() {
    var entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().normalize())
            .toList();
    var build =
        entries.stream()
            .filter(Files::isDirectory)
            .findFirst()
            .map(folder -> folder.resolveSibling("programs"));
    var jars = new ArrayList<Path>();
    for (Path entry : entries) {
      if (!Files.isDirectory(entry)) {
        jars.add(entry);
      } else if (!entry.endsWith("test-classes")) {
        jars.add(packed(entry, build.orElseThrow()));
      }
    }
    return new ChildClassPath(List.copyOf(jars), build);
  }

  String text() {
    return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** Another one for each other jar, and for another JDK. */
  String digest() {
    var parts = new StringBuilder(System.getProperty("java.vm.version"));
    Failable.run(() -> {
      for (Path jar : jars) {
        parts.append('\n').append(jar);
        if (Files.exists(jar)) {
          parts.append(' ').append(Files.size(jar)).append(Files.getLastModifiedTime(jar));
        }
      }
    });
    return shortened(sha256().digest(parts.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static Path packed(Path classes, Path into) {
    try (var walk = Files.walk(classes)) {
      var files = walk.filter(Files::isRegularFile).sorted().toList();
      String module = String.valueOf(classes.resolve("../..").normalize().getFileName());
      Path jar = into.resolve(module + "-" + content(classes, files) + ".jar");
      if (!Files.exists(jar)) {
        pack(classes, files, jar);
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String content(Path classes, List<Path> files) throws IOException {
    var digest = sha256();
    for (Path file : files) {
      digest.update(
          (classes.relativize(file) + " " + Files.size(file) + "\n")
              .getBytes(StandardCharsets.UTF_8));
      digest.update(Files.readAllBytes(file));
    }
    return shortened(digest.digest());
  }

  /** Another process may do the same meanwhile: then one of two equal jars stays. */
  private static void pack(Path classes, List<Path> files, Path jar) throws IOException {
    Files.createDirectories(jar.resolveSibling(""));
    Path part = Files.createTempFile(jar.resolveSibling(""), "jar", ".part");
    try (var out = new JarOutputStream(Files.newOutputStream(part))) {
      out.setLevel(Deflater.NO_COMPRESSION); // it is read from the same disk, more often
      for (Path file : files) {
        var entry = new JarEntry(classes.relativize(file).toString());
        entry.setLastModifiedTime(PACKED);
        out.putNextEntry(entry);
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    Files.setLastModifiedTime(part, PACKED);
    Files.move(part, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String shortened(byte[] digest) {
    return HexFormat.of().formatHex(digest).substring(0, SHORT);
  }
}
