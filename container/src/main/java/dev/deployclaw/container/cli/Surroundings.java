package dev.deployclaw.container.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a command finds around it. A value, so that tests can make another.
 *
 * @param home the folder that holds {@code .deployclaw}: the checkout, or the working directory
 * @param working the directory the command was called from
 * @param colour whether standard error is a terminal that may get colour
 */
public record Surroundings(
    Path home,
    Path working,
    Map<String, String> environment,
    PrintStream out,
    PrintStream err,
    boolean colour) {

  @SuppressWarnings("SystemConsoleNull") // the JDK may still answer null by its documentation
  public static Surroundings real() {
    var working = Path.of("").toAbsolutePath();
    var home = System.getProperty("deployclaw.home");
    var environment = System.getenv();
    var console = System.console();
    boolean terminal = console != null && console.isTerminal();
    return new Surroundings(
        home == null ? working : Path.of(home),
        working,
        environment,
        System.out,
        System.err,
        terminal && !environment.containsKey("NO_COLOR"));
  }

  public Path labFolder() {
    return home.resolve(".deployclaw").resolve("lab");
  }

  /**
   * The configuration file: the one given, else {@code DEPLOYCLAW_CONFIG}, else {@code
   * ./deployclaw.yaml}, else the running lab's.
   */
  public Optional<Path> configFile(Optional<Path> given) {
    if (given.isPresent()) {
      return given.map(working::resolve);
    }
    var named = environment.get("DEPLOYCLAW_CONFIG");
    if (named != null) {
      return Optional.of(working.resolve(named));
    }
    return List.of(working.resolve("deployclaw.yaml"), labFolder().resolve("deployclaw.yaml"))
        .stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The operating system's user: who asks and who approves. */
  public String user() {
    return System.getProperty("user.name", "unknown");
  }
}
