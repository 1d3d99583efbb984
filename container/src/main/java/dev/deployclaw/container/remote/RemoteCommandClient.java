package dev.deployclaw.container.remote;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * The thin client: hands a command to the agent that serves, and passes its output on. It uses the
 * JDK alone. If no agent serves, the caller runs the command itself.
 */
public final class RemoteCommandClient {
  /** These start a process, look at their own, need no back end, or run until interrupted. */
  private static final Set<String> LOCAL =
      Set.of(
          "serve",
          "lab",
          "demo",
          "campaign",
          "verify-guard",
          "doctor",
          "health",
          "help",
          "completion",
          "config",
          "import",
          "log",
          "audit",
          "skills",
          "top");

  /** The rest of the environment stays with the client. */
  private static final Set<String> PASSED_ON = Set.of("HOME", "NO_COLOR", "COLUMNS");

  private static final String PREFIX = "DEPLOYCLAW_";
  private static final String ALONE = "DEPLOYCLAW_STANDALONE";

  /** The exit code of what may have failed or not. */
  private static final int LOST = 7;

  private RemoteCommandClient() {}

  /**
   * Runs a command by the serving agent.
   *
   * @return its exit code; empty where this process has to run it
   */
  public static OptionalInt run(Path home, String... arguments) {
    var environment = System.getenv();
    if (arguments.length == 0
        || arguments[0].startsWith("-")
        || LOCAL.contains(arguments[0])
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
      return OptionalInt.empty();
    }
    var passed = passedOn(environment);
    var command = new RemoteCommand(all, file.get(), home, working, passed, isTerminal());
    // Not closed: where no agent carries the command out, this process prints on them.
    var output =
        new Output(
            new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    return run(socket.get(), command, output);
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

  /** Where a command prints. */
  record Output(OutputStream out, OutputStream err) {}

  static OptionalInt run(Path socket, RemoteCommand command, Output output) {
    boolean accepted = false;
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
      command.write(
          new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel))));
      accepted = in.readUnsignedByte() == RemoteCommand.ACCEPTED;
      return accepted ? OptionalInt.of(passOn(in, output)) : OptionalInt.empty();
    } catch (IOException e) {
      // A socket without an agent, or an agent that stops: nothing was begun.
      return accepted ? OptionalInt.of(lost(output)) : OptionalInt.empty();
    }
  }

  private static int lost(Output output) {
    new PrintStream(output.err(), true, StandardCharsets.UTF_8)
        .println(
            "deployclaw: the agent ended before the command did; see what it did with:"
                + " deployclaw status");
    return LOST;
  }

  private static int passOn(DataInputStream in, Output output) throws IOException {
    while (true) {
      int type = in.readUnsignedByte();
      int length = in.readInt();
      if (type == RemoteCommand.EXIT) {
        return length;
      }
      (type == RemoteCommand.OUT ? output.out() : output.err()).write(in.readNBytes(length));
    }
  }
}
