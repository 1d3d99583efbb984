package dev.deployclaw.container.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A plugin that the operator admits: an executor host of its own, with one executor of this name.
 *
 * @param operations by verb, each with the word for the most that it may do: {@code observe},
 *     {@code stage}, {@code activate}, {@code destroy}
 * @param members of a participant, by the names behind the stroke: each must vote
 * @param start how long it may take until it is ready
 */
public record PluginConfig(
    String name,
    Program program,
    SortedMap<String, String> operations,
    List<String> members,
    Rights rights,
    Duration start) {
  /** What the six operations of a participant do at least, in the same words. */
  public static final Map<String, String> LEAST =
      Map.of(
          "observe", "observe",
          "stage", "stage",
          "prepare", "stage",
          "publish", "activate",
          "converge", "observe",
          "discard", "destroy");

  public PluginConfig {
    operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
    members = List.copyOf(members);
  }

  /**
   * What is started.
   *
   * @param sha256 of the program's bytes
   * @param arguments fixed; one that names a file of {@code files} gets the path of its copy
   * @param files that the program reads, with their SHA-256: they lie beside its copy
   */
  public record Program(
      Path path, String sha256, List<String> arguments, SortedMap<Path, String> files) {
    public Program {
      arguments = List.copyOf(arguments);
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
  }

  /**
   * What it may use of this machine.
   *
   * @param user number of the user and group that it gets where root starts the agent
   * @param read files and folders
   * @param write folders
   * @param execute programs
   * @param connect TCP ports, on any host
   */
  public record Rights(
      int user, List<Path> read, List<Path> write, List<Path> execute, Set<Integer> connect) {
    /** Neither of a package nor of systemd's, nor the executor host's. */
    public static final int USER = 60_919;

    public Rights {
      read = List.copyOf(read);
      write = List.copyOf(write);
      execute = List.copyOf(execute);
      connect = Set.copyOf(connect);
    }
  }
}
