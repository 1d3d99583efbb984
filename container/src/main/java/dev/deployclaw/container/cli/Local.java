package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Admitted;
import dev.deployclaw.container.wiring.SkillPlaces;
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
record Local(Optional<Config> config, Path stateDir, SkillPlaces places, Admitted admitted) {

  /** The configuration's; without one, where the program keeps them by default. */
  static Local of(Surroundings around, Shared shared) throws InvalidConfig {
    var file = around.configFile(shared.config());
    if (file.isEmpty()) {
      return bare(around);
    }
    var config = ConfigReader.read(file.get(), around.environment());
    return new Local(
        Optional.of(config), config.stateDir(), SkillPlaces.of(config), Admitted.of(config));
  }

  LocalLogs logs() {
    return LocalLogs.open(stateDir, config);
  }

  private static Local bare(Surroundings around) {
    var stateDir = around.home().resolve(".deployclaw").resolve("state");
    var home = ConfigReader.home(around.environment());
    var places = new SkillPlaces(stateDir, Optional.empty(), Optional.empty(), home);
    return new Local(Optional.empty(), stateDir, places, Admitted.KERNEL);
  }
}
