package dev.deployclaw.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The jars that Maven lays out for an image, when it packages the module that the image is of. */
record StagedJars(Path folder) {
  /** What the agent's image is made of, beside it the rate limit service's. */
  static final StagedJars AGENT = of("container");

  static final StagedJars RATELIMIT = of("ratelimit");

  /** Modules whose folder isn't called as their jar. */
  private static final Map<String, String> ELSEWHERE =
      Map.of("executor-protocol", "executors/protocol");

  private static final String PRODUCT = "-0.1.0-SNAPSHOT.jar";

  private static StagedJars of(String module) {
    return new StagedJars(
        Path.of("..", "..", module, "target", "image").toAbsolutePath().normalize());
  }

  /** Why they can't be tested; empty where they are of the classes that this test runs with. */
  static Optional<String> missing() {
    return Stream.of(AGENT, RATELIMIT)
        .filter(staged -> !staged.current())
        .findFirst()
        .map(staged ->
            staged.folder
                + " isn't of these classes: they are laid out by mvn package, as ./test does");
  }

  /** The names of all, ours and others'. */
  Set<String> names() {
    var out = new TreeSet<String>();
    jars().forEach(jar -> out.add(jar.getFileName().toString()));
    return out;
  }

  List<Path> jars() {
    return Stream.of("app", "lib").map(folder::resolve).flatMap(StagedJars::list).toList();
  }

  private boolean current() {
    return Files.isDirectory(folder.resolve("lib"))
        && Files.isDirectory(folder.resolve("app"))
        && list(folder.resolve("app")).allMatch(StagedJars::current);
  }

  private static boolean current(Path jar) {
    String name = jar.getFileName().toString().replace(PRODUCT, "");
    String module = ELSEWHERE.getOrDefault(name, name);
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().normalize())
        .filter(entry -> entry.toString().contains("/" + module + "/target/"))
        .filter(entry -> !entry.getFileName().toString().contains("test"))
        .findFirst()
        .map(entry -> same(jar, entry))
        .orElse(false);
  }

  private static boolean same(Path jar, Path entry) {
    try (var staged = new JarFile(jar.toFile());
        var classes = Files.isDirectory(entry) ? Files.walk(entry) : Stream.<Path>empty()) {
      if (Files.isRegularFile(entry)) {
        return Files.mismatch(jar, entry) < 0;
      }
      for (Path file : classes.filter(Files::isRegularFile).toList()) {
        var packed = staged.getJarEntry(entry.relativize(file).toString());
        if (packed == null
            || !Arrays.equals(
                staged.getInputStream(packed).readAllBytes(), Files.readAllBytes(file))) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> list(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
