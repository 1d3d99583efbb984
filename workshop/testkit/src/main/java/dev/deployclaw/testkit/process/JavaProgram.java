package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program of this JVM's class path, as a process beside it with this JVM's java. What the JDK
 * learnt from one start of it, later ones begin with: that halves their time (an AOT cache, JEP
 * 514). For many threads.
 *
 * @param main the class whose {@code main} it is
 * @param options for its JVM
 * @param cache where what was learnt is kept; empty where it isn't
 */
public record JavaProgram(String main, List<String> options, Optional<Path> cache) {
  /**
   * Fast to start, and silent about the JDK's own warnings, and about a cache that it can't read:
   * what is printed is the program's.
   */
  public static final List<String> QUICK =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Xlog:aot*=off:stderr");

  private static final ChildClassPath PATH = ChildClassPath.ofThisJvm();

  public JavaProgram {
    options = List.copyOf(options);
  }

  /** In a build what it learns is kept for as long as no class changes; else nowhere. */
  public static JavaProgram of(String main, List<String> options) {
    var cache = PATH.build().map(b -> b.resolve(main + "-" + PATH.digest() + ".aot"));
    return new JavaProgram(main, options, cache);
  }

  /** The same, which keeps there what it learns, unless it is kept already. */
  public JavaProgram orKeepingAt(Path file) {
    return new JavaProgram(main, options, cache.or(() -> Optional.of(file)));
  }

  public List<String> command(List<String> args) {
    return command(learnt().stream(), args);
  }

  /** The option for its JVM to begin with what was learnt, once something was. */
  public Optional<String> learnt() {
    return cache.filter(Files::exists).map(c -> "-XX:AOTCache=" + c);
  }

  /**
   * How the one is called that learns: it takes longer, and must end by itself or be asked to.
   * Empty where nothing is kept, or somebody learns it already, or did: one learns for all.
   */
  public Optional<List<String>> lesson(List<String> args) {
    return cache
        .filter(JavaProgram::claim)
        .map(c -> command(Stream.of("-XX:AOTCacheOutput=" + part(c)), args));
  }

  /** The one that learnt has ended. What the same program learnt of other classes is deleted. */
  public void keep() {
    cache.filter(c -> Files.exists(part(c))).ifPresent(this::keep);
  }

  private void keep(Path learnt) {
    try (var caches = Files.newDirectoryStream(learnt.resolveSibling(""), main + "-*.aot")) {
      for (Path old : caches) {
        Files.deleteIfExists(old);
      }
      Files.move(part(learnt), learnt, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command(Stream<String> more, List<String> args) {
    var words = new ArrayList<String>();
    words.add(java());
    words.addAll(options);
    more.forEach(words::add);
    words.addAll(List.of("-cp", PATH.text(), main));
    words.addAll(args);
    return words;
  }

  /** How a class of this JVM's class path is called, tests included, with this JVM's java. */
  public static List<String> words(List<String> options, Class<?> main, String... arguments) {
    var words = new ArrayList<>(List.of(java()));
    words.addAll(options);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.addAll(List.of(arguments));
    return words;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Path part(Path cache) {
    return cache.resolveSibling(cache.getFileName() + ".part");
  }

  /** The claim stays: if its maker dies, later ones begin with nothing. */
  private static boolean claim(Path cache) {
    try {
      Path folder = Files.createDirectories(cache.resolveSibling(""));
      Files.createFile(folder.resolve(cache.getFileName() + ".claim"));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
