package dev.deployclaw.container.cli.console;

import dev.deployclaw.container.cli.screen.LiveScreen;
import dev.deployclaw.container.cli.screen.ScrollWindow;
import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/** The terminal of this process. */
record ConsolePrompt(Console console) implements TerminalPrompt {
  @Override
  public Optional<String> ask(String text) {
    return Optional.ofNullable(console.readLine("%s", text));
  }

  @Override
  public Optional<LiveScreen> screen(PrintStream out, boolean colour, ScrollWindow first) {
    return LiveScreen.open(out, colour, first);
  }
}
