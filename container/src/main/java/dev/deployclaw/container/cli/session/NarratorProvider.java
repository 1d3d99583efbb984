package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.llm.ChatModelFactory;
import dev.deployclaw.container.llm.ChatModelNarrator;
import java.util.Optional;

/** The configured model, for those commands that can show its words. */
public final class NarratorProvider {
  /** Why a command that was asked for a model's words doesn't begin. */
  public static final CommandFailure NONE =
      CommandFailure.usage(
          "no language model is configured: add the section model to the configuration"
              + " (docs/reference/language-model.md), or omit the option");

  private NarratorProvider() {}

  /** Empty where none is configured. */
  public static Optional<ChatModelNarrator> of(CommandEnvironment around, CommonOptions shared)
      throws InvalidConfigException {
    var file = around.configFile(shared.config());
    return file.isEmpty()
        ? Optional.empty()
        : OfflineSettings.config(around, file.get()).model().map(ChatModelFactory::narrator);
  }
}
