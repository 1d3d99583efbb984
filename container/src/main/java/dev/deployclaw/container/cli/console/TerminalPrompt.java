package dev.deployclaw.container.cli.console;

import dev.deployclaw.container.cli.screen.LiveScreen;
import dev.deployclaw.container.cli.screen.ScrollWindow;
import java.io.PrintStream;
import java.util.Optional;

/** Asks the person at the terminal. */
@FunctionalInterface
public interface TerminalPrompt {
  /** Without a terminal. */
  TerminalPrompt NONE = _ -> Optional.empty();

  /** The line that is typed behind the text; empty at the end of the input. */
  Optional<String> ask(String text);

  /** The terminal for a view alone; empty where it isn't this process's own. */
  default Optional<LiveScreen> screen(PrintStream out, boolean colour, ScrollWindow first) {
    return Optional.empty();
  }
}
