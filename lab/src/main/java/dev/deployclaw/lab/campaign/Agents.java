package dev.deployclaw.lab.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Starts agents as people do, a process for each command.
 *
 * @param config that they are told of by
 * @param cache what the JDK learnt from an earlier start, where it did
 * @param converge how long a change waits for those that follow it
 */
record Agents(Path config, Path cache, Duration converge) {
  /** As short as etcd's clock lets a lead be safe, and few probes: there are many runs. */
  private static final Map<String, String> QUICK =
      Map.of(
          "DEPLOYCLAW_BOUNDS_LEASE", "3s",
          "DEPLOYCLAW_PROBES_REQUESTS", "40");

  private static final Duration LONGEST = Duration.ofMinutes(4);

  /** What each is told by its environment. */
  Map<String, String> environment() {
    var environment = new TreeMap<>(QUICK);
    environment.put("DEPLOYCLAW_CONFIG", config.toString());
    environment.put("DEPLOYCLAW_BOUNDS_CONVERGE", converge.toSeconds() + "s");
    return environment;
  }

  /** What the JDK has learnt, as an option for a start elsewhere. */
  Optional<String> options() {
    return Files.exists(cache) ? Optional.of("-XX:AOTCache=" + cache) : Optional.empty();
  }

  /** What a command came to. */
  record Ran(int exit, String out, String err) {
    String said() {
      return "exit " + exit + ": " + out.strip() + "\n" + err.strip();
    }
  }

  /** Runs a command to its end. */
  Ran run(Path folder, String... words) throws IOException, InterruptedException {
    return run(folder, Map.of(), words);
  }

  /** The same with more of an environment. */
  Ran run(Path folder, Map<String, String> more, String... words)
      throws IOException, InterruptedException {
    var attempt = start(folder, more, words);
    int exit = attempt.awaitEnd(LONGEST);
    return new Ran(exit, attempt.out(), attempt.err());
  }

  /** Starts one that notes its calls in the folder. */
  Attempt noting(Path folder, String... words) throws IOException {
    return start(folder, Map.of("DEPLOYCLAW_STOP_DIR", folder.toString()), words);
  }

  /** Starts one that stops at a point. */
  Attempt stopping(Path folder, Point at, String... words) throws IOException {
    return start(
        folder,
        Map.of("DEPLOYCLAW_STOP_DIR", folder.toString(), "DEPLOYCLAW_STOP_AT", at.at()),
        words);
  }

  /** The same, and the JDK keeps what it learns from it: later ones start in half the time. */
  Ran learn(Path folder, String... words) throws IOException, InterruptedException {
    if (System.getProperty("java.class.path").contains("classes")) {
      return run(folder, words); // it takes jars only
    }
    var command = command(List.of("-XX:AOTCacheOutput=" + cache), words);
    var attempt = new Attempt(process(folder, command, Map.of()), folder);
    return new Ran(attempt.awaitEnd(LONGEST), attempt.out(), attempt.err());
  }

  private Attempt start(Path folder, Map<String, String> more, String... words) throws IOException {
    Files.createDirectories(folder);
    var options = options().stream().toList();
    return new Attempt(process(folder, command(options, words), more), folder);
  }

  private Process process(Path folder, List<String> command, Map<String, String> more)
      throws IOException {
    Files.createDirectories(folder);
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    builder.environment().putAll(more);
    return builder
        .redirectOutput(folder.resolve(Attempt.OUT).toFile())
        .redirectError(folder.resolve(Attempt.ERR).toFile())
        .start();
  }

  private static List<String> command(List<String> options, String... words) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xlog:disable",
            "-Xlog:all=error:stderr"));
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.deployclaw.container.Main"));
    command.addAll(List.of(words));
    return command;
  }
}
