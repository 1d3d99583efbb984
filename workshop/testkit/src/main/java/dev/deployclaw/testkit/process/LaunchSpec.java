package dev.deployclaw.testkit.process;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.commons.lang3.function.Failable;

/**
 * How a daemon is started: its folder, in which it works, its name, which names its files, and its
 * command. Kept in {@code <name>.launch}, so that a later process can start it again.
 *
 * @param environment added to this process's own
 */
public record LaunchSpec(
    Path folder, String name, List<String> command, Map<String, String> environment) {

  public LaunchSpec {
    folder = folder.toAbsolutePath().normalize();
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    if (command.isEmpty() || command.stream().anyMatch(word -> word.contains("\n"))) {
      throw new IllegalArgumentException("a command is one or more words of one line");
    }
  }

  public LaunchSpec(Path folder, String name, List<String> command) {
    this(folder, name, command, Map.of());
  }

  Path pidFile() {
    return folder.resolve(name + ".pid");
  }

  public Path log() {
    return folder.resolve(name + ".log");
  }

  /**
   * Lines of NAME=value, an empty line, then the command, a word a line. A reader in this process
   * or another reads the one before meanwhile or this one, never a part.
   */
  void save() {
    List<String> lines = new ArrayList<>();
    new TreeMap<>(environment).forEach((key, value) -> lines.add(key + "=" + value));
    lines.add("");
    lines.addAll(command);
    Failable.run(() -> {
      Files.createDirectories(folder);
      Path whole = Files.createTempFile(folder, name, ".tmp");
      Files.write(whole, lines);
      Files.move(whole, launchFile(folder, name), StandardCopyOption.ATOMIC_MOVE);
    });
  }

  /** Saves another command in place of this one, which is kept unless an earlier one is. */
  LaunchSpec changed(UnaryOperator<List<String>> change) {
    Failable.run(() -> {
      if (!isChanged()) {
        Files.copy(launchFile(folder, name), kept());
      }
    });
    LaunchSpec changed = new LaunchSpec(folder, name, change.apply(command), environment);
    changed.save();
    return changed;
  }

  boolean isChanged() {
    return Files.exists(kept());
  }

  LaunchSpec original() {
    Failable.run(() -> {
      if (isChanged()) {
        Files.move(kept(), launchFile(folder, name), StandardCopyOption.REPLACE_EXISTING);
      }
    });
    return read(folder, name);
  }

  void delete() {
    Failable.run(() -> {
      Files.deleteIfExists(kept());
      Files.deleteIfExists(launchFile(folder, name));
      Files.deleteIfExists(pidFile());
    });
  }

  /** Empty where there is none of that name. */
  static Optional<LaunchSpec> find(Path folder, String name) {
    try {
      return Optional.of(read(folder, name));
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static LaunchSpec read(Path folder, String name) {
    return Failable.get(() -> {
      List<String> lines = Files.readAllLines(launchFile(folder, name));
      int gap = lines.indexOf("");
      Map<String, String> environment = new TreeMap<>();
      for (String line : lines.subList(0, gap)) {
        int equals = line.indexOf('=');
        environment.put(line.substring(0, equals), line.substring(equals + 1));
      }
      return new LaunchSpec(folder, name, lines.subList(gap + 1, lines.size()), environment);
    });
  }

  private Path kept() {
    return folder.resolve(name + ".launch.kept");
  }

  private static Path launchFile(Path folder, String name) {
    return folder.resolve(name + ".launch");
  }
}
