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
      Runtime.getRuntime().halt(remote.getAsInt()); // an exit looks for a logger in every jar
    }
    var around = CommandEnvironment.real();
    System.setErr(around.err()); // the application log and stack traces go there
    int exit = CommandLineRunner.run(around, args);
    around.out().flush();
    around.err().flush();
    if (exit != 0 || !CommandLineRunner.onlyShow(args)) {
      // As above: it takes longer than showing help.
      System.exit(exit);
    }
  }
}
