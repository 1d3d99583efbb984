package dev.deployclaw.lab;

import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/**
 * Commands as a user of this machine calls them, each a process: as root, or as a user without a
 * name who may read what root may, so that the agent's socket and pass let it in, and the kernel
 * names it.
 *
 * @param home the folder that holds {@code .deployclaw}
 * @param working where commands are called from
 * @param user the number of the user
 */
record CommandProcess(Path home, Path working, Map<String, String> environment, int user) {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final String RIGHTS = "+dac_override";

  /** Why no such users can be had here; empty where they can. */
  static Optional<String> missing() {
    return SystemTool.isRoot() && ExecutableFinder.has("setpriv")
        ? Optional.empty()
        : Optional.of("users are changed by root with setpriv of util-linux");
  }

  /** The same from a folder without a lab. */
  CommandProcess at(Path otherHome) {
    return new CommandProcess(otherHome, working, environment, user);
  }

  Ran run(String... words) {
    var ended =
        CommandRunner.of(command(words)).in(working).with(environment).within(LONGEST).run();
    return new Ran(ended.exit(), ended.out(), ended.err());
  }

  /** Starts one that serves, and stops it by SIGTERM once it has said a line. */
  Ran untilItSays(String... words) throws IOException {
    return during("", words);
  }

  /** Types lines, and ends the input once a line has answered them. */
  Ran typing(String lines, String... words) throws IOException {
    return during(lines, words);
  }

  private Ran during(String typed, String... words) throws IOException {
    var out = Files.createTempFile("command", ".out");
    var err = Files.createTempFile("command", ".err");
    var builder = new ProcessBuilder(command(words)).directory(working.toFile());
    builder.environment().putAll(environment);
    var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try (var keys = process.getOutputStream()) {
      keys.write(typed.getBytes(StandardCharsets.UTF_8));
      keys.flush();
      BoundedWait.until(
          "it says a line", LONGEST, () -> text(out).endsWith("\n") || !process.isAlive());
      if (typed.isEmpty()) {
        process.destroy();
      }
    }
    int exit = CommandRunner.awaitExit(process, LONGEST);
    return new Ran(exit, text(out), text(err));
  }

  private List<String> command(String... words) {
    var all = new ArrayList<String>();
    if (user != 0) {
      all.addAll(List.of(ExecutableFinder.find("setpriv"), "--reuid=" + user, "--regid=" + user));
      all.addAll(List.of("--clear-groups", "--inh-caps=" + RIGHTS, "--ambient-caps=" + RIGHTS));
    }
    var options = new ArrayList<>(JavaProgram.QUICK);
    options.add("-Ddeployclaw.home=" + home);
    all.addAll(JavaProgram.of("dev.deployclaw.container.Main", options).command(List.of(words)));
    return all;
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
