package dev.deployclaw.container.remote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the socket of the agent that serves a command's configuration. It reads one line of the
 * configuration by a pattern: a YAML library would take longer than the rest of the client. Where
 * the line is written in another way, no socket is found, and the command runs in its own process.
 */
public final class AgentSocketLocator {
  /** In the state folder. */
  public static final String SOCKET = "agent.sock";

  private static final Pattern STATE_DIR =
      Pattern.compile(
          "^stateDir:[ \\t]*[\"']?([^\"'#\\n]*?)[\"']?[ \\t]*(?:#.*)?$", Pattern.MULTILINE);
  private static final String CONFIG = "--config";
  private static final long LARGEST = 1 << 20;

  private AgentSocketLocator() {}

  /** Empty where there is no socket. */
  static Optional<Path> socket(Path configuration, Map<String, String> environment) {
    return stateDir(configuration, environment)
        .map(folder -> folder.resolve(SOCKET))
        .filter(Files::exists);
  }

  /** The file that a command reads; empty where there is none. */
  static Optional<Path> configuration(
      List<String> arguments, Path home, Path working, Map<String, String> environment) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.startsWith(CONFIG + "=")) {
        return Optional.of(working.resolve(argument.substring(CONFIG.length() + 1)));
      }
      if (argument.equals(CONFIG) && i + 1 < arguments.size()) {
        return Optional.of(working.resolve(arguments.get(i + 1)));
      }
    }
    var named = environment.get("DEPLOYCLAW_CONFIG");
    if (named != null) {
      return Optional.of(working.resolve(named));
    }
    return List.of(
            working.resolve("deployclaw.yaml"), home.resolve(".deployclaw/lab/deployclaw.yaml"))
        .stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static Optional<Path> stateDir(Path file, Map<String, String> environment) {
    var folder = file.toAbsolutePath().normalize().resolveSibling("");
    var named = environment.get("DEPLOYCLAW_STATE_DIR");
    if (named != null) {
      return Optional.of(folder.resolve(named));
    }
    try {
      if (Files.size(file) > LARGEST) {
        return Optional.empty();
      }
      var line = STATE_DIR.matcher(Files.readString(file));
      return Optional.of(
          folder.resolve(line.find() ? line.group(1) : ".deployclaw/state").normalize());
    } catch (IOException e) {
      return Optional.empty(); // the command itself says what is wrong with the file
    }
  }
}
