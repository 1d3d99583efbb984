package dev.deployclaw.container.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Which commands a call needs with all their options. Reading them by reflection takes most of the
 * start, so the others come with their name and description alone, which the help of the program
 * shows.
 */
sealed interface CommandSelection {
  /** These show other commands than themselves. */
  Set<String> LOOK_AT_OTHERS = Set.of("help", "completion");

  record All() implements CommandSelection {
    @Override
    public boolean wants(String name) {
      return true;
    }
  }

  /** Options of the program alone, such as {@code --help}. */
  record None() implements CommandSelection {
    @Override
    public boolean wants(String name) {
      return false;
    }
  }

  record One(String wanted) implements CommandSelection {
    @Override
    public boolean wants(String name) {
      return wanted.equals(name);
    }
  }

  static CommandSelection all() {
    return new All();
  }

  static CommandSelection of(String... args) {
    if (Stream.of(args).allMatch(arg -> arg.startsWith("-"))) {
      return new None();
    }
    boolean one = !args[0].startsWith("-") && !LOOK_AT_OTHERS.contains(args[0]);
    return one ? new One(args[0]) : new All();
  }

  boolean wants(String name);

  /** Adds all commands, the wanted ones whole. */
  default void addTo(CommandLine line, List<Object> commands) {
    for (var command : commands) {
      var described = command.getClass().getAnnotation(Command.class);
      // Wrapped, since picocli transforms the models of what it wraps only so.
      line.addSubcommand(
          described.name(),
          wants(described.name()) ? new CommandLine(command) : new CommandLine(named(described)));
    }
  }

  private static CommandSpec named(Command described) {
    var spec = CommandSpec.create().name(described.name());
    spec.usageMessage()
        .header(described.header())
        .description(described.description())
        .hidden(described.hidden());
    return spec;
  }
}
