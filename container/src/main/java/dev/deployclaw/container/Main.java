package dev.deployclaw.container;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var around = CommandEnvironment.real();
    System.setErr(around.err()); // the application log and stack traces go there
    int exit = CommandLineRunner.run(around, args);
    around.out().flush();
    around.err().flush();
    if (exit != 0 || !CommandLineRunner.onlyShow(args)) {
      // It looks for a logger in every jar, which takes longer than showing help.
      System.exit(exit);
    }
  }
}
