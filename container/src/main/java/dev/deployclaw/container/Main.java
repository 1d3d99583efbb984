package dev.deployclaw.container;

import dev.deployclaw.container.cli.CommandLines;
import dev.deployclaw.container.cli.Surroundings;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var around = Surroundings.real();
    System.setErr(around.err()); // the application log and stack traces go there
    int exit = CommandLines.run(around, args);
    around.out().flush();
    around.err().flush();
    if (exit != 0 || !CommandLines.onlyShow(args)) {
      // It looks for a logger in every jar, which takes longer than showing help.
      System.exit(exit);
    }
  }
}
