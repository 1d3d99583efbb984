package dev.deployclaw.container.remote;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A command as a client asks for it, and its form on the wire: a magic number, the version of the
 * protocol, the {@link ClientPass}, then strings, each with its length in bytes before it
 * (big-endian).
 *
 * @param configuration the file that the client would read
 * @param home the folder that holds {@code .deployclaw}
 * @param working the directory the command was called from
 * @param environment what commands read of the client's environment
 * @param terminal whether standard output is a terminal
 */
record RemoteCommand(
    List<String> arguments,
    Path configuration,
    Path home,
    Path working,
    Map<String, String> environment,
    boolean terminal) {
  /** A client of another version is sent away, and carries its command out itself. */
  static final int VERSION = 2;

  private static final int MAGIC = 0x44435231;
  private static final int MOST_STRINGS = 4_096;
  private static final int MOST_BYTES = 1 << 20;

  /** Types of frames of an answer. The first says whether the command is carried out at all. */
  static final int ACCEPTED = 0;

  static final int OUT = 1;
  static final int ERR = 2;
  static final int EXIT = 3;

  /** A question, to which the client sends a line as a string, or the length -1 for none. */
  static final int ASK = 4;

  /** The most bytes of such a line. */
  static final int MOST_ANSWER = 1 << 14;

  RemoteCommand {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  void write(DataOutputStream out, ClientPass pass) throws IOException {
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    write(out, pass.text());
    out.writeInt(arguments.size());
    for (var argument : arguments) {
      write(out, argument);
    }
    write(out, configuration.toString());
    write(out, home.toString());
    write(out, working.toString());
    out.writeInt(environment.size());
    for (var entry : environment.entrySet()) {
      write(out, entry.getKey());
      write(out, entry.getValue());
    }
    out.writeBoolean(terminal);
    out.flush();
  }

  /**
   * Reads one.
   *
   * @throws ProtocolException where it isn't one, or is too large
   * @throws AccessDeniedException where its client has another pass
   */
  static RemoteCommand read(DataInputStream in, ClientPass pass) throws IOException {
    if (in.readInt() != MAGIC || in.readInt() != VERSION) {
      throw new ProtocolException("not a command of version " + VERSION);
    }
    var budget = new Budget(in);
    if (!pass.matches(new ClientPass(budget.string()))) {
      throw new AccessDeniedException(ClientPass.FILE);
    }
    var arguments = new ArrayList<String>();
    for (int left = budget.count(); left > 0; left--) {
      arguments.add(budget.string());
    }
    var configuration = Path.of(budget.string());
    var home = Path.of(budget.string());
    var working = Path.of(budget.string());
    var environment = new TreeMap<String, String>();
    for (int left = budget.count(); left > 0; left--) {
      environment.put(budget.string(), budget.string());
    }
    return new RemoteCommand(
        arguments, configuration, home, working, environment, in.readBoolean());
  }

  static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Bounds what a client may send. */
  private static final class Budget {
    private final DataInputStream in;
    private int bytes = MOST_BYTES;

    Budget(DataInputStream in) {
      this.in = in;
    }

    int count() throws IOException {
      int count = in.readInt();
      if (count < 0 || count > MOST_STRINGS) {
        throw new ProtocolException(count + " strings");
      }
      return count;
    }

    String string() throws IOException {
      int length = in.readInt();
      if (length < 0 || length > bytes) {
        throw new ProtocolException("a string of " + length + " bytes");
      }
      bytes -= length;
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
  }
}
