package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.model.Models;
import dev.deployclaw.container.model.Narrator;
import java.util.Optional;

/** The configured model, for those commands that can show its words. */
final class Narrators {
  /** Why a command that was asked for a model's words doesn't begin. */
  static final Failure NONE =
      Failure.usage(
          "no language model is configured: add the section model to the configuration"
              + " (docs/guide/model.md), or leave the option out");

  private Narrators() {}

  /** Empty where none is configured. */
  static Optional<Narrator> of(Surroundings around, Shared shared) throws InvalidConfig {
    var file = around.configFile(shared.config());
    return file.isEmpty()
        ? Optional.empty()
        : ConfigReader.read(file.get(), around.environment()).model().map(Models::narrator);
  }
}
