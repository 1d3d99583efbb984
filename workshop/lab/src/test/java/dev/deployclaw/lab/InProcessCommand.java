package dev.deployclaw.lab;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.lab.LabAgent.Ran;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command of the agent in this JVM: the same code, with the same configuration, without the start
 * of a JVM. One at a time, since what is printed past its surroundings, such as the application
 * log, goes to the one standard output and error.
 */
final class InProcessCommand {
  /** What only a process of its own can be told. */
  private static final Set<String> OF_A_PROCESS =
      Set.of("DEPLOYCLAW_LOG", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

  /** What {@code StopDecoration} is told by properties of this JVM. */
  private static final Set<String> STOPS = Set.of("DEPLOYCLAW_STOP_DIR", "DEPLOYCLAW_STOP_AT");

  private InProcessCommand() {}

  static boolean takes(Map<String, String> environment) {
    return environment.keySet().stream().noneMatch(OF_A_PROCESS::contains);
  }

  /**
   * @param longest how long it may take, then it is interrupted and the test fails
   */
  static synchronized Ran run(Map<String, String> environment, Duration longest, String... args)
      throws InterruptedException {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int exit;
    try (var print = utf8(out);
        var warn = utf8(err)) {
      exit = run(around(environment, print, warn), longest, args);
    }
    return new Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static int run(CommandEnvironment around, Duration longest, String... args)
      throws InterruptedException {
    var command = new FutureTask<>(() -> CommandLineRunner.run(around, args));
    var thread = new Thread(command, "agent");
    var out = System.out;
    var err = System.err;
    System.setErr(around.err());
    System.setOut(around.out());
    stops(around.environment()).forEach(System::setProperty);
    try {
      thread.start();
      return command.get(longest.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      var late = new IllegalStateException("no end after " + longest + ": " + Arrays.asList(args));
      late.setStackTrace(thread.getStackTrace());
      thread.interrupt();
      throw late;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      System.setErr(err);
      System.setOut(out);
      STOPS.forEach(System::clearProperty);
    }
  }

  private static Map<String, String> stops(Map<String, String> environment) {
    var stops = new TreeMap<>(environment);
    stops.keySet().retainAll(STOPS);
    return stops;
  }

  private static CommandEnvironment around(
      Map<String, String> environment, PrintStream out, PrintStream err) {
    var working = Path.of("").toAbsolutePath();
    return new CommandEnvironment(working, working, environment, out, err, OutputMode.PLAIN);
  }

  private static PrintStream utf8(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
