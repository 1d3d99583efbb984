package dev.deployclaw.container.cli.console;

import dev.deployclaw.container.cli.screen.LiveScreen;
import dev.deployclaw.container.cli.screen.ScrollWindow;
import dev.deployclaw.container.cli.screen.TerminalColumns;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a command finds around it. A value, so that tests can make another.
 *
 * @param home the folder that holds {@code .deployclaw}: the checkout, or the working directory
 * @param working the directory the command was called from
 * @param display what is printed on
 * @param user the operating system's user: who asks and who approves
 * @param runtimes where the agent comes from
 * @param prompt who is asked on a terminal
 */
public record CommandEnvironment(
    Path home,
    Path working,
    Map<String, String> environment,
    PrintStream out,
    PrintStream err,
    OutputMode display,
    String user,
    RuntimeSource runtimes,
    TerminalPrompt prompt) {
  private static final Path PROCESS = Path.of("/proc/self");

  /** The property, and in an environment the name, of how the program was called. */
  public static final String CALLED = "deployclaw.command";

  private static final Pattern HINT = Pattern.compile("(?<![\\w./-])deployclaw(?= [a-z])");

  /** Of this process, with an agent of its own, and without a person to ask. */
  public CommandEnvironment(
      Path home,
      Path working,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      OutputMode display) {
    this(
        home,
        working,
        environment,
        out,
        err,
        display,
        systemUser(),
        RuntimeSource.OWN,
        TerminalPrompt.NONE);
  }

  public CommandEnvironment asking(TerminalPrompt person) {
    return new CommandEnvironment(
        home, working, environment, out, err, display, user, runtimes, person);
  }

  /** Of a client of another process. */
  public static CommandEnvironment remote(Client client, OutputStream out, OutputStream err) {
    return new CommandEnvironment(
        client.home(),
        client.working(),
        client.environment(),
        hiding(out),
        hiding(err),
        OutputMode.of(client.terminal(), client.environment()),
        client.user(),
        client.runtimes(),
        client.prompt());
  }

  /**
   * A client of another process.
   *
   * @param terminal whether it prints on a terminal
   * @param user as the kernel names it
   */
  public record Client(
      Path home,
      Path working,
      Map<String, String> environment,
      boolean terminal,
      String user,
      RuntimeSource runtimes,
      TerminalPrompt prompt) {}

  /** A program that calls commands in this process; it has no terminal. */
  public Client program(String name, RuntimeSource agents) {
    return new Client(home, working, environment, false, name, agents, TerminalPrompt.NONE);
  }

  @SuppressWarnings("SystemConsoleNull") // the JDK may still answer null by its documentation
  public static CommandEnvironment real() {
    var working = Path.of("").toAbsolutePath();
    var home = System.getProperty("deployclaw.home");
    var environment = new TreeMap<>(System.getenv());
    environment.put(CALLED, System.getProperty(CALLED, ""));
    var console = System.console();
    boolean terminal = console != null && console.isTerminal();
    var real =
        new CommandEnvironment(
            home == null ? working : Path.of(home),
            working,
            environment,
            hiding(new FileOutputStream(FileDescriptor.out)),
            hiding(new FileOutputStream(FileDescriptor.err)),
            OutputMode.of(terminal, environment));
    return console != null && terminal ? real.asking(new ConsolePrompt(console)) : real;
  }

  /**
   * JSON is UTF-8 whatever the locale says. Lines pass on by themselves; a stream that flushed each
   * write would pass a long line on in pieces, and a secret that two of them share.
   */
  private static PrintStream hiding(OutputStream out) {
    var hiding = new RedactingOutputStream(out, SecretRegistry::hidden);
    return new PrintStream(hiding, false, StandardCharsets.UTF_8);
  }

  /** Prints one line for people, whatever stands in it. */
  public void say(String line) {
    shown(line).forEach(out::println);
  }

  /** Prints a document, indented. */
  public void json(Object document) {
    out.println(JsonOutput.text(document));
  }

  /** A line for people on standard error. */
  public void warn(String line) {
    shown(line).forEach(err::println);
  }

  /** A line as it is printed: on a terminal as many as it needs, no secret parted by their ends. */
  List<String> shown(String line) {
    String name = environment.getOrDefault(CALLED, "");
    String plain = TerminalSafeText.line(line);
    String safe =
        name.isEmpty() ? plain : HINT.matcher(plain).replaceAll(Matcher.quoteReplacement(name));
    return display.asks()
        ? TerminalColumns.folded(SecretRegistry.hidden(safe), columns(), true)
        : List.of(safe);
  }

  /** Asks the person at the terminal, whatever the text holds; empty without an answer. */
  public Optional<String> ask(String text) {
    out.flush();
    err.flush();
    return display.asks() ? prompt.ask(TerminalSafeText.line(text)) : Optional.empty();
  }

  /** How wide lines may be: as the environment says, else as terminals mostly are. */
  public int columns() {
    String told = environment.getOrDefault("COLUMNS", "");
    return told.matches("[1-9]\\d{1,2}") ? Integer.parseInt(told) : TerminalColumns.USUAL;
  }

  /** The terminal for a view alone; empty where lines have to do. */
  public Optional<LiveScreen> screen(ScrollWindow first) {
    return display.live() ? prompt.screen(out, display.colour(), first) : Optional.empty();
  }

  public Path labFolder() {
    return home.resolve(".deployclaw").resolve("lab");
  }

  /**
   * The configuration file: the one given, else {@code DEPLOYCLAW_CONFIG}, else {@code
   * ./deployclaw.yaml}, else the running lab's.
   */
  public Optional<Path> configFile(Optional<Path> given) {
    if (given.isPresent()) {
      return given.map(working::resolve);
    }
    var named = environment.get("DEPLOYCLAW_CONFIG");
    if (named != null) {
      return Optional.of(working.resolve(named));
    }
    return List.of(working.resolve("deployclaw.yaml"), labFolder().resolve("deployclaw.yaml"))
        .stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** A request made here and now, without what in its words is a secret. */
  public TaskRequest request(String text) throws InterruptedException {
    return new TaskRequest(masked(text), user, Instant.now());
  }

  /**
   * The words of a command line as a request.
   *
   * @throws SetupException when there are none
   */
  public TaskRequest request(List<String> words) throws SetupException, InterruptedException {
    String text = String.join(" ", words);
    if (text.isBlank()) {
      throw new SetupException(
          "the request is empty; say what to change, as in \"double acme's search limit\"");
    }
    return request(text);
  }

  /** What may be kept of an argument. */
  public String masked(String argument) throws InterruptedException {
    return TypedText.of(argument).masked(runtimes.mask());
  }

  /**
   * The operating system's user, by the kernel's word: the owner of this process. The JVM's
   * property {@code user.name} can be set by who starts it, so it says nothing of who approves. By
   * its name, or its number where it has none; {@code unknown} where the kernel doesn't say.
   */
  static String systemUser() {
    try {
      return Files.getOwner(PROCESS).getName();
    } catch (IOException | UnsupportedOperationException e) {
      return "unknown";
    }
  }
}
