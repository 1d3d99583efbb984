package dev.deployclaw.container.remote;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
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
        || environment.containsKey(ALONE)
        || List.of(arguments).contains("--help")
        || List.of(arguments).contains("-h")) {
      return OptionalInt.empty();
    }
    var working = Path.of("").toAbsolutePath();
    var socket = AgentSocketLocator.find(List.of(arguments), home, working, environment);
    if (socket.isEmpty()) {
      return OptionalInt.empty();
    }
    var command =
        new RemoteCommand(List.of(arguments), home, working, passedOn(environment), isTerminal());
    return run(socket.get(), command);
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

  private static OptionalInt run(Path socket, RemoteCommand command) {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return OptionalInt.empty(); // an agent that died leaves its socket behind
    }
    try (channel;
        var out = new DataOutputStream(Channels.newOutputStream(channel));
        var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)))) {
      command.write(out);
      return OptionalInt.of(passOn(in));
    } catch (EOFException e) {
      System.err.println(
          "deployclaw: the agent that serves ended before the command did; what it did is in:"
              + " deployclaw status");
      return OptionalInt.of(LOST);
    } catch (IOException e) {
      System.err.println("deployclaw: the agent that serves can't be heard: " + e.getMessage());
      return OptionalInt.of(LOST);
    }
  }

  /** As {@code ExitCode.FAILED_OR_UNKNOWN} has it. */
  private static final int LOST = 7;

  private static int passOn(DataInputStream in) throws IOException {
    try (var out = new FileOutputStream(FileDescriptor.out);
        var err = new FileOutputStream(FileDescriptor.err)) {
      while (true) {
        int type = in.readUnsignedByte();
        int length = in.readInt();
        if (type == RemoteCommand.EXIT) {
          return length;
        }
        copy(in, type == RemoteCommand.OUT ? out : err, length);
      }
    }
  }

  private static void copy(DataInputStream in, OutputStream to, int length) throws IOException {
    to.write(in.readNBytes(length));
  }
}
