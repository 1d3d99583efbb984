package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The agent: a command in this JVM, which starts no JVM for each, or {@link #apart} as people run
 * it, a process of its own for each command.
 */
final class LabAgent {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final JavaProgram PROGRAM =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final LabEstate lab;
  private final Map<String, String> environment;
  private final boolean apart;

  LabAgent(LabEstate lab) {
    this(lab, Map.of());
  }

  LabAgent(LabEstate lab, Map<String, String> environment) {
    this(lab, environment, !InProcessCommand.takes(environment));
  }

  private LabAgent(LabEstate lab, Map<String, String> environment, boolean apart) {
    this.lab = lab;
    this.environment = environment;
    this.apart = apart;
  }

  /** The same, a process of its own for each command. */
  LabAgent apart() {
    return new LabAgent(lab, environment, true);
  }

  /** What a command came to. */
  record Ran(int exit, String out, String err) {
    private Ran(CommandRunner.CommandResult ended) {
      this(ended.exit(), ended.out(), ended.err());
    }

    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (IOException e) {
        throw new UncheckedIOException("not one JSON document:\n" + out + "\n" + err, e);
      }
    }
  }

  Ran run(String... args) {
    return apart ? run(PROGRAM.command(List.of(args))) : within(args);
  }

  private Ran within(String... args) {
    var all = new TreeMap<>(System.getenv());
    all.putAll(told());
    try {
      return InProcessCommand.run(all, LONGEST, args);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The same, and later ones begin with what the JDK learnt from it, unless they do already. */
  Ran learn(String... args) {
    var lesson = PROGRAM.lesson(List.of(args));
    if (lesson.isEmpty()) {
      return run(args);
    }
    var ran = run(lesson.get());
    PROGRAM.keep();
    return ran;
  }

  private Ran run(List<String> command) {
    return new Ran(CommandRunner.of(command).with(told()).within(LONGEST).run());
  }

  /** Starts a command and doesn't wait. */
  Process start(Path out, Path err, String... args) {
    return CommandRunner.of(PROGRAM.command(List.of(args))).with(told()).start(out, err);
  }

  /** Starts a command on a terminal of its own, whose keys are the process's input. */
  Process startOnTerminal(Path out, String... args) throws IOException {
    String line =
        PROGRAM.command(List.of(args)).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    var script = new ProcessBuilder("script", "-qefc", line, "/dev/null");
    script.environment().putAll(told());
    return script.redirectErrorStream(true).redirectOutput(out.toFile()).start();
  }

  private Map<String, String> told() {
    var told = new TreeMap<>(Map.of("DEPLOYCLAW_CONFIG", lab.config().toString()));
    told.put("DEPLOYCLAW_STANDALONE", "true"); // an agent that serves beside it stays another one
    told.putAll(environment);
    return told;
  }
}
