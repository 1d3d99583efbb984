package dev.deployclaw.container;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.remote.RemoteCommandClient;
import java.nio.file.Path;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var home = Path.of(System.getProperty("deployclaw.home", "")).toAbsolutePath();
    var remote = RemoteCommandClient.run(home, args);
    if (remote.isPresent()) {
      System.exit(remote.getAsInt());
    }
    int exit = run(args);
    if (exit != 0 || !CommandLineRunner.onlyShow(args)) {
      // It looks for a logger in every jar, which takes longer than showing help.
      System.exit(exit);
    }
  }

  /** Runs a command in this process. */
  public static int run(String... args) {
    var around = CommandEnvironment.real();
    System.setErr(around.err()); // the application log and stack traces go there
    int exit = CommandLineRunner.run(around, args);
    around.out().flush();
    around.err().flush();
    return exit;
  }
}
