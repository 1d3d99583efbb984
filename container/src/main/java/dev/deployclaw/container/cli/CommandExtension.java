package dev.deployclaw.container.cli;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import java.util.List;

/** Adds commands to the command line; found by {@link CommandExtensionLoader}. */
public interface CommandExtension {
  /** Objects with picocli's {@code @Command}, made for these surroundings. */
  List<Object> commands(CommandEnvironment around);
}
