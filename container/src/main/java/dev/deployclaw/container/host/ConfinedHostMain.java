package dev.deployclaw.container.host;

import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The start of an executor host that no agent starts, such as a container's: confines this process
 * to what its back ends need, and becomes {@link ExecutorHostMain}.
 */
public final class ConfinedHostMain {
  private ConfinedHostMain() {}

  /** Without arguments: the environment names the configuration. */
  public static void main(String[] args) {
    System.err.println("the executor host can't start: " + problem(System.getenv()));
    System.exit(ExitCode.WRONG_USAGE.code());
  }

  /** Why it didn't start. */
  private static String problem(Map<String, String> environment) {
    String file = environment.getOrDefault("DEPLOYCLAW_CONFIG", "");
    if (file.isEmpty()) {
      return "DEPLOYCLAW_CONFIG names no configuration";
    }
    try {
      var config = ConfigReader.read(Path.of(file), environment, ConfigRole.HOST);
      if (config.host().keyFile().isEmpty() || config.host().socket().isEmpty()) {
        return "host.socket and host.keyFile say where its agent finds it: set both in " + file;
      }
      var command = HostLaunch.of(config, Path.of(file), environment).prepare();
      command.missing().forEach(line -> System.err.println("confinement: " + line));
      command.become();
      return "";
    } catch (InvalidConfigException | SetupException | IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
