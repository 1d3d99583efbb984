package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Starts agents as people do, a process for each command.
 *
 * @param config that they are told of by
 * @param program which begins with what the JDK learnt from an earlier start, where it did
 * @param converge how long a change waits for those that follow it
 */
public record AgentLauncher(Path config, JavaProgram program, Duration converge) {
  static final JavaProgram PROGRAM =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);

  /** As short as etcd's clock lets a lead be safe, and few probes: there are many runs. */
  private static final Map<String, String> QUICK =
      Map.of(
          "DEPLOYCLAW_BOUNDS_LEASE", "3s",
          "DEPLOYCLAW_PROBES_REQUESTS", "40");

  private static final String ALONE = "DEPLOYCLAW_STANDALONE";
  private static final String STOP_AT = "DEPLOYCLAW_STOP_AT";

  private static final Duration LONGEST = Duration.ofMinutes(4);

  Map<String, String> environment() {
    var environment = new TreeMap<>(QUICK);
    environment.put("DEPLOYCLAW_CONFIG", config.toString());
    environment.put(ALONE, "true"); // a command is another agent than one that serves
    environment.put("DEPLOYCLAW_BOUNDS_CONVERGE", converge.toSeconds() + "s");
    return environment;
  }

  /** What the JDK has learnt, as an option for a start elsewhere. */
  Optional<String> options() {
    return program.learnt();
  }

  /** What a command came to. */
  public record CommandResult(int exit, String out, String err) {
    public String said() {
      return "exit " + exit + ": " + out.strip() + "\n" + err.strip();
    }
  }

  CommandResult run(Path folder, String... words) throws IOException, InterruptedException {
    return run(folder, Map.of(), words);
  }

  CommandResult run(Path folder, Map<String, String> more, String... words)
      throws IOException, InterruptedException {
    var attempt = start(folder, more, words);
    int exit = attempt.awaitEnd(LONGEST);
    return new CommandResult(exit, attempt.out(), attempt.err());
  }

  public AgentProcess noting(Path folder, String... words) throws IOException {
    return start(folder, Map.of("DEPLOYCLAW_STOP_DIR", folder.toString()), words);
  }

  public AgentProcess stopping(Path folder, CrashPoint at, String... words) throws IOException {
    return start(folder, Map.of("DEPLOYCLAW_STOP_DIR", folder.toString(), STOP_AT, at.at()), words);
  }

  /** Starts one that serves, and stops at a point; returns when it takes commands. */
  public AgentProcess serving(Path folder, CrashPoint at) throws IOException {
    return serving(folder, Map.of(STOP_AT, at.at()));
  }

  public AgentProcess serving(Path folder, Map<String, String> more) throws IOException {
    var tokens = AgentApiClient.tokens(Files.createDirectories(folder));
    var environment = new TreeMap<>(more);
    environment.put("DEPLOYCLAW_STOP_DIR", folder.toString());
    environment.put("DEPLOYCLAW_SERVE_LISTEN", "127.0.0.1:0");
    environment.put("DEPLOYCLAW_SERVE_TOKENS_FILE", tokens.toString());
    var agent = start(folder, environment, "serve");
    agent.awaitSaid("deployclaw serves ");
    return agent;
  }

  /** Starts a command that the agent which serves carries out. */
  public AgentProcess asking(Path folder, String... words) throws IOException {
    return asking(folder, Map.of(), words);
  }

  /** The same for one that serves by more of an environment. */
  public AgentProcess asking(Path folder, Map<String, String> more, String... words)
      throws IOException {
    var environment = new TreeMap<>(more);
    environment.put(ALONE, "");
    return start(folder, environment, words);
  }

  /** The same, and the JDK keeps what it learns from it: later ones start in half the time. */
  CommandResult learn(Path folder, String... words) throws IOException, InterruptedException {
    var lesson = program.lesson(List.of(words));
    if (lesson.isEmpty()) {
      return run(folder, words);
    }
    var attempt = process(folder, lesson.get(), Map.of());
    int exit = attempt.awaitEnd(LONGEST);
    program.keep();
    return new CommandResult(exit, attempt.out(), attempt.err());
  }

  private AgentProcess start(Path folder, Map<String, String> more, String... words)
      throws IOException {
    return process(folder, program.command(List.of(words)), more);
  }

  private AgentProcess process(Path folder, List<String> command, Map<String, String> more)
      throws IOException {
    Files.createDirectories(folder);
    var process =
        CommandRunner.of(command)
            .with(environment())
            .with(more)
            .start(folder.resolve(AgentProcess.OUT), folder.resolve(AgentProcess.ERR));
    return new AgentProcess(process, folder);
  }
}
