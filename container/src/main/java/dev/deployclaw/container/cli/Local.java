package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.config.InvalidConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What commands that need no back end take from the configuration, where there is one.
 *
 * @param stateDir where logs and keys are
 * @param skillsDir the operator's skills
 */
record Local(Path stateDir, Optional<Path> skillsDir) {

  /** The configuration's; without one, where the program keeps them by default. */
  static Local of(Surroundings around, Shared shared) throws InvalidConfig {
    var file = around.configFile(shared.config());
    if (file.isEmpty()) {
      return new Local(around.home().resolve(".deployclaw").resolve("state"), Optional.empty());
    }
    var config = ConfigReader.read(file.get(), around.environment());
    return new Local(config.stateDir(), config.skillsDir());
  }
}
