package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.container.skill.ConfiguredOperatorPolicy;
import dev.deployclaw.container.skill.SkillLocations;
import dev.deployclaw.core.spi.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What commands that need no back end take from the configuration, where there is one.
 *
 * @param config where there is one
 * @param stateDir where logs and keys are
 * @param places where skills may lie
 * @param admitted what they may use
 */
public record OfflineSettings(
    Optional<AgentConfig> config,
    Path stateDir,
    SkillLocations places,
    ConfiguredOperatorPolicy admitted) {

  /** The configuration's; without one, where the program keeps them by default. */
  public static OfflineSettings of(CommandEnvironment around, CommonOptions shared)
      throws InvalidConfigException {
    var file = around.configFile(shared.config());
    if (file.isEmpty()) {
      return bare(around);
    }
    var config = config(around, file.get());
    return new OfflineSettings(
        Optional.of(config),
        config.stateDir(),
        SkillLocations.of(config),
        ConfiguredOperatorPolicy.of(config));
  }

  /** Without the secrets of back ends where another container's executor host has them. */
  static AgentConfig config(CommandEnvironment around, Path file) throws InvalidConfigException {
    var own = ConfigReader.read(file, around.environment(), ConfigRole.AGENT);
    return own.host().isForeign()
        ? own
        : ConfigReader.read(file, around.environment(), around.runtimes().role());
  }

  public LocalLogs logs() throws SetupException {
    make(stateDir);
    return LocalLogs.open(stateDir, config);
  }

  /** Which is connected to at its first call. */
  public ObjectStore bucket() {
    return new LocalLogs.LazyObjectStore(config);
  }

  static void make(Path stateDir) throws SetupException {
    try {
      Files.createDirectories(stateDir);
    } catch (IOException e) {
      throw FileFault.unwritable("stateDir: " + stateDir, e);
    }
  }

  private static OfflineSettings bare(CommandEnvironment around) {
    var stateDir = around.home().resolve(".deployclaw").resolve("state");
    var home = ConfigReader.home(around.environment());
    var places = new SkillLocations(stateDir, Optional.empty(), Optional.empty(), home);
    return new OfflineSettings(Optional.empty(), stateDir, places, ConfiguredOperatorPolicy.KERNEL);
  }
}
