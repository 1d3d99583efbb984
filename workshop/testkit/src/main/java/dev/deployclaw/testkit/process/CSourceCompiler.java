package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A small C source among the resources, compiled where it is needed. */
public final class CSourceCompiler {
  private static final List<String> STRICT = List.of("-O2", "-Wall", "-Wextra", "-Werror");

  private CSourceCompiler() {}

  /** Compiles it into the folder, under the name given. */
  public static Path compile(Path folder, String source, String output, String... flags) {
    Path home = folder.toAbsolutePath();
    List<String> words = new ArrayList<>(List.of(ExecutableFinder.find("gcc")));
    words.addAll(STRICT);
    words.addAll(List.of(flags));
    words.addAll(List.of("-o", output, source));
    try (InputStream text =
        Objects.requireNonNull(CSourceCompiler.class.getResourceAsStream(source))) {
      Files.createDirectories(home);
      Files.write(home.resolve(source), text.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CommandRunner.of(words).in(home).must();
    return home.resolve(output);
  }
}
