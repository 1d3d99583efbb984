package dev.deployclaw.container.cli.console;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command with what is around it and the options that every command has. */
public abstract class ConsoleCommand implements Callable<Integer> {
  protected final CommandEnvironment around;

  @Mixin protected final CommonOptions shared = new CommonOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  protected ConsoleCommand(CommandEnvironment around) {
    this.around = around;
  }

  /** Its words are wrong. */
  protected ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
