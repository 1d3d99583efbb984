package dev.deployclaw.container.remote;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * The thin client: hands a command to the agent that serves, and passes its output on. It uses the
 * JDK alone. If no agent serves, the caller runs the command itself.
 */
public final class RemoteCommandClient {
  /** These start a process, look at their own, need no back end, or run until interrupted. */
  private static final Set<String> LOCAL =
      Set.of(
          ("serve lab demo campaign verify-guard health help completion config evaluate "
                  + "import impact log export mcp plugin audit skills")
              .split(" ", -1));

  /** These may go on in the agent after an interrupt. */
  private static final Set<String> CHANGING =
      Set.of("run", "answer", "approve", "reject", "rollback", "recover", "drift", "handover");

  /** The rest of the environment stays with the client. */
  private static final Set<String> PASSED_ON = Set.of("HOME", "NO_COLOR", "COLUMNS", "TERM");

  /** How the program was called, which hints repeat; {@code CommandEnvironment} reads it, too. */
  private static final String CALLED = "deployclaw.command";

  private static final String PREFIX = "DEPLOYCLAW_";
  private static final String ALONE = "DEPLOYCLAW_STANDALONE";

  /** How much is said; {@code CommandLineRunner} reads it, too. */
  private static final String LEVEL = "DEPLOYCLAW_LOG";

  private static final Set<String> TALKATIVE = Set.of("info", "debug");

  /** The exit code of what may have failed or not. */
  private static final int LOST = 7;

  /** Until the agent says whether it runs the command. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

  private static final String LOST_AGENT =
      "the agent ended before the command did, or its output wasn't read for a minute;"
          + " see what it did with: deployclaw status";
  private static final String GOES_ON =
      "the agent continues the command: deployclaw log last -f shows it; before its commit,"
          + " deployclaw freeze REASON stops it";
  private static final String SILENT_AGENT =
      "the serving agent doesn't answer; DEPLOYCLAW_STANDALONE=1 runs a command without it";
  private static final String REFUSED =
      "the agent that serves has another configuration or program, or is busy";

  private RemoteCommandClient() {}

  /**
   * Runs a command by the serving agent.
   *
   * @return its exit code; empty where this process has to run it
   */
  public static OptionalInt run(Path home, String... arguments) {
    // Not closed: where no agent carries the command out, this process prints on them.
    var output =
        new Output(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            System.in);
    return run(home, output, arguments);
  }

  /** The same, with its output elsewhere. */
  public static OptionalInt run(Path home, Output output, String... arguments) {
    var environment = System.getenv();
    if (arguments.length == 0
        || arguments[0].startsWith("-")
        || worksHere(List.of(arguments))
        || !environment.getOrDefault(ALONE, "").isEmpty()
        || List.of(arguments).contains("--help")
        || List.of(arguments).contains("-h")) {
      return OptionalInt.empty();
    }
    var working = Path.of("").toAbsolutePath();
    var all = List.of(arguments);
    var file = AgentSocketLocator.configuration(all, home, working, environment);
    var socket = file.flatMap(f -> AgentSocketLocator.socket(f, environment));
    if (socket.isEmpty()) {
      if (file.isPresent()
          && (isTerminal() || TALKATIVE.contains(environment.getOrDefault(LEVEL, "")))) {
        output.tell("no agent serves here"); // scripts needn't hear of it
      }
      return OptionalInt.empty();
    }
    var passed = passedOn(environment);
    passed.put(ProgramIdentity.VARIABLE, ProgramIdentity.own());
    passed.put(CALLED, System.getProperty(CALLED, ""));
    var command = new RemoteCommand(all, file.get(), home, working, passed, isTerminal());
    return run(socket.get(), command, output);
  }

  /**
   * Whether a command is none for an agent. One that would measure on and on isn't, nor one that
   * reads its caller's files without a back end or a model. {@code log} and {@code export} judge
   * what the agent wrote, here and in the bucket: an auditor needn't ask the agent.
   */
  static boolean worksHere(List<String> words) {
    return switch (words.getFirst()) {
      case "top" -> !has(words, "--once", "--json");
      case "plan" -> has(words, "--inventory") && !has(words, "--in-words");
      case "adopt" -> !has(words, "--enforce", "--shadowed", "--redis");
      case "diff" -> !has(words, "committed", "[0-9]{1,18}");
      default -> LOCAL.contains(words.getFirst());
    };
  }

  private static boolean has(List<String> words, String... patterns) {
    var any = Pattern.compile("(?s)(" + String.join("|", patterns) + ")(=.*)?");
    return words.stream().anyMatch(word -> any.matcher(word).matches());
  }

  @SuppressWarnings("SystemConsoleNull") // the JDK may still answer null by its documentation
  private static boolean isTerminal() {
    var console = System.console();
    return console != null && console.isTerminal();
  }

  private static Map<String, String> passedOn(Map<String, String> environment) {
    var out = new TreeMap<>(environment);
    out.keySet()
        .removeIf(name ->
            !name.startsWith(PREFIX) && !name.startsWith("OTEL_") && !PASSED_ON.contains(name));
    return out;
  }

  /** Where a command prints, and where the person types who is asked. */
  public record Output(OutputStream out, OutputStream err, InputStream in) {
    private void say(String line) {
      new PrintStream(err, true, StandardCharsets.UTF_8).println("deployclaw: " + line);
    }

    private void left(boolean working) {
      if (working) {
        say(GOES_ON);
      }
    }

    private void tell(String why) {
      say(why + "; this command runs in its own process");
    }
  }

  static OptionalInt run(Path socket, RemoteCommand command, Output output) {
    return run(socket, command, output, LONGEST_SILENCE);
  }

  static OptionalInt run(
      Path socket, RemoteCommand command, Output output, Duration longestSilence) {
    boolean connected = false;
    boolean accepted = false;
    var working = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> output.left(working.get()), "left"));
    var silent = new AtomicBoolean();
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      connected = true;
      var bound = closing(channel, silent, longestSilence);
      var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
      var to = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
      command.write(to, ClientPass.beside(socket));
      accepted = in.readUnsignedByte() == RemoteCommand.ACCEPTED;
      bound.interrupt();
      if (!accepted) {
        return OptionalInt.empty();
      }
      working.set(CHANGING.contains(command.arguments().getFirst()));
      return OptionalInt.of(passOn(in, to, output, working));
    } catch (IOException e) {
      if (accepted || silent.get()) {
        output.say(accepted ? LOST_AGENT : SILENT_AGENT);
        return OptionalInt.of(LOST);
      }
      output.tell(connected ? REFUSED : "no agent serves at " + socket + " any more");
      return OptionalInt.empty(); // nothing was begun
    }
  }

  /** An agent that is stopped accepts nothing, and refuses nothing. */
  private static Thread closing(SocketChannel channel, AtomicBoolean closed, Duration after) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            Thread.sleep(after);
            closed.set(true);
            channel.close();
          } catch (InterruptedException | IOException e) {
            closed.set(false); // it answered, or is gone
          }
        });
  }

  /** At a question, the agent waits for an answer, and begins nothing without one. */
  private static int passOn(
      DataInputStream in, DataOutputStream to, Output output, AtomicBoolean working)
      throws IOException {
    var typed = new BufferedReader(new InputStreamReader(output.in(), StandardCharsets.UTF_8));
    while (true) {
      int type = in.readUnsignedByte();
      int length = in.readInt();
      if (type == RemoteCommand.EXIT) {
        return length;
      }
      print(type == RemoteCommand.OUT ? output.out() : output.err(), in.readNBytes(length));
      if (type == RemoteCommand.ASK) {
        boolean before = working.getAndSet(false);
        String line = typed.readLine();
        working.set(before);
        if (line == null
            || line.getBytes(StandardCharsets.UTF_8).length > RemoteCommand.MOST_ANSWER) {
          to.writeInt(-1);
        } else {
          RemoteCommand.write(to, line);
        }
        to.flush();
      }
    }
  }

  /** Whose reader left misses the rest; the command goes on, as it does without an agent. */
  @SuppressWarnings("EmptyCatch")
  private static void print(OutputStream to, byte[] text) {
    try {
      to.write(text);
    } catch (IOException _) {
      // as java.io.PrintStream
    }
  }
}
