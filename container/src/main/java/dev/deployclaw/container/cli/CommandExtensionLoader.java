package dev.deployclaw.container.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds what adds commands: the class that the first jar with a file of {@code META-INF/services}
 * names. {@link java.util.ServiceLoader} opens every jar to look for more of them, which takes a
 * third of the time in which help is shown.
 */
final class CommandExtensionLoader {
  private static final String FILE = "META-INF/services/" + CommandExtension.class.getName();

  private CommandExtensionLoader() {}

  static Optional<CommandExtension> first() {
    var loader = CommandExtensionLoader.class.getClassLoader();
    try (var in = loader.getResourceAsStream(FILE)) {
      if (in == null) {
        return Optional.empty();
      }
      String name = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      var made = loader.loadClass(name).getDeclaredConstructor().newInstance();
      return Optional.of(CommandExtension.class.cast(made));
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("the extension in " + FILE + " can't be loaded", e);
    }
  }
}
