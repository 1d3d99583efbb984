package dev.deployclaw.container;

import dev.deployclaw.container.cli.CommandLines;
import dev.deployclaw.container.cli.Surroundings;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(CommandLines.run(Surroundings.real(), args));
  }
}
