package dev.deployclaw.container.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.Main;
import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.screen.PseudoTerminal;
import dev.deployclaw.container.remote.RemoteClient;
import dev.deployclaw.container.remote.RemoteCommandListener;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions in place on a real pseudo-terminal, by a command alone and by an agent that serves. */
class TerminalDialogueTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String WINDOW = "? 600 requests in which window";

  @TempDir Path folder;

  private final AtomicInteger carriedOut = new AtomicInteger();

  @BeforeEach
  void estate() throws Exception {
    Files.writeString(
        folder.resolve("estate.yaml"), "tenants: {acme: {}, umbrella: {}}\nservices: [search]\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xterm-256color", "dumb"})
  void aQuestionIsAskedAndItsAnswerReadInPlace(String kind) throws Exception {
    try (var terminal = plan(Map.of("TERM", kind), "--inventory=estate.yaml")) {
      assertAnswered(terminal);
    }
  }

  @Test
  void anAgentThatServesAsksThroughTheThinClient() throws Exception {
    Files.writeString(folder.resolve("deployclaw.yaml"), "stateDir: state\n");
    var state = Files.createDirectory(folder.resolve("state"));
    try (var _ = RemoteCommandListener.start(state, SOON, new Agent(carriedOut));
        var terminal = plan(Map.of(), "--")) {
      assertAnswered(terminal);
    }
    assertThat(carriedOut).hasValue(1);
  }

  /** The file's words would be carried out without a question. */
  @Test
  void aRequestThatBeginsWithAnAtSignIsTextForAnAgentThatServes() throws Exception {
    Files.writeString(folder.resolve("deployclaw.yaml"), "stateDir: state\n");
    var state = Files.createDirectory(folder.resolve("state"));
    var file = folder.resolve("request");
    Files.writeString(file, "\"set umbrella's search limit to 600 per minute\"");
    try (var _ = RemoteCommandListener.start(state, SOON, new Agent(carriedOut));
        var terminal = plan(Map.of("TERM", "dumb"), "--", "@" + file)) {
      terminal.awaitScreen("a question", s -> s.strip().endsWith(">"));
      terminal.type("\u0004");

      assertThat(terminal.exit()).isEqualTo(3);
      assertThat(terminal.written()).doesNotContain("600");
    }
    assertThat(carriedOut).hasValue(1);
  }

  @Test
  void whoEndsTheInputHasTheQuestionAndItsExitCode() throws Exception {
    try (var terminal = plan(Map.of(), "--inventory=estate.yaml")) {
      terminal.awaitScreen("the question", s -> s.contains(WINDOW) && s.strip().endsWith(">"));
      terminal.type("\u0004");

      assertThat(terminal.exit()).isEqualTo(3);
      assertThat(terminal.isRestored()).isTrue();
    }
  }

  @Test
  void whoInterruptsAChangeIsToldThatItGoesOnInTheAgent() throws Exception {
    Files.writeString(folder.resolve("deployclaw.yaml"), "stateDir: state\n");
    var state = Files.createDirectory(folder.resolve("state"));
    var ended = new CountDownLatch(1);
    RemoteCommandListener.Runner agent =
        new RemoteCommandListener.Runner() {
          @Override
          public boolean accepts(RemoteClient client) {
            return true;
          }

          @Override
          public int run(RemoteClient client, OutputStream out, OutputStream err) {
            Failable.run(() -> err.write("at work\n".getBytes(StandardCharsets.UTF_8)));
            Failable.run(ended::await);
            return 0;
          }
        };
    try (var _ = RemoteCommandListener.start(state, SOON, agent);
        AutoCloseable _ = ended::countDown;
        var terminal = terminal(Map.of("TERM", "dumb"), "run", "block acme")) {
      terminal.awaitScreen("the work", s -> s.contains("at work"));
      terminal.signal("INT");

      assertThat(terminal.exit()).isEqualTo(130);
      assertThat(terminal.written()).contains("the agent continues", "log last -f", "freeze");
    }
  }

  private static void assertAnswered(PseudoTerminal terminal) throws Exception {
    terminal.awaitScreen(
        "the question",
        s -> s.contains(WINDOW) && s.contains("#2 per minute") && s.strip().endsWith(">"));
    terminal.type("#2\r");

    assertThat(terminal.exit()).isZero();
    assertThat(terminal.written()).containsOnlyOnce(WINDOW);
    assertThat(terminal.written()).contains("> #2").contains("600 requests per minute");
    assertThat(terminal.isRestored()).isTrue();
  }

  private PseudoTerminal plan(Map<String, String> environment, String option) {
    return plan(environment, option, "set umbrella's search limit to 600");
  }

  private PseudoTerminal plan(Map<String, String> environment, String option, String request) {
    return terminal(environment, "plan", option, request);
  }

  private PseudoTerminal terminal(Map<String, String> environment, String... arguments) {
    var options = new ArrayList<>(JavaProgram.QUICK);
    options.add("-Ddeployclaw.home=" + folder);
    var command = JavaProgram.words(options, Main.class, arguments);
    return PseudoTerminal.start(folder, 100, 24, environment, command);
  }

  /** Runs each command in this process, as a serving agent does, with names of a file. */
  private record Agent(AtomicInteger carriedOut) implements RemoteCommandListener.Runner {
    @Override
    public boolean accepts(RemoteClient client) {
      return true;
    }

    @Override
    public int run(RemoteClient client, OutputStream out, OutputStream err) {
      carriedOut.incrementAndGet();
      var around = CommandEnvironment.remote(client.in(RuntimeSource.OWN), out, err);
      String[] words = ArrayUtils.insert(1, client.arguments(), "--inventory=estate.yaml");
      int exit = CommandLineRunner.run(around, words);
      around.out().flush();
      around.err().flush();
      return exit;
    }
  }
}
