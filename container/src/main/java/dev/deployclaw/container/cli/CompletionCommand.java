package dev.deployclaw.container.cli;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.result.ExitCode;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code completion}. */
@Command(
    name = "completion",
    description = "Print a script that completes commands and options in bash and zsh.",
    footer = {"", "Example:  source <(deployclaw completion)"})
final class CompletionCommand implements Callable<Integer> {
  private final CommandEnvironment around;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  CompletionCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    var root = Objects.requireNonNull(spec).root();
    around.out().println(AutoComplete.bash(root.name(), root.commandLine()));
    return ExitCode.OK.code();
  }
}
