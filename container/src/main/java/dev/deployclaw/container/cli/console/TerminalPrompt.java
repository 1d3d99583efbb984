package dev.deployclaw.container.cli.console;

import java.util.Optional;

/** Asks the person at the terminal. */
@FunctionalInterface
public interface TerminalPrompt {
  /** Without a terminal. */
  TerminalPrompt NONE = _ -> Optional.empty();

  /** The line that is typed behind the text; empty at the end of the input. */
  Optional<String> ask(String text);
}
