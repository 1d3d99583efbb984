package dev.deployclaw.lab.judge.protocol;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;

/** The audit stream, read message by message over NATS' text protocol. */
public final class NatsStreamReader implements AutoCloseable {
  private static final String NAME = "DEPLOYCLAW_AUDIT";
  private static final String INBOX = "_INBOX.judge";
  private static final int MILLIS = Math.toIntExact(Duration.ofSeconds(20).toMillis());

  private final Socket socket;
  private final InputStream in;

  private NatsStreamReader(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  public record Message(long seq, String subject, byte[] bytes) {}

  public static NatsStreamReader connect(URI server) throws IOException {
    var socket = new Socket();
    try {
      socket.setSoTimeout(MILLIS);
      socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), MILLIS);
      var stream = new NatsStreamReader(socket);
      String _ = LineReader.read(stream.in);
      stream.send("CONNECT {\"verbose\":false,\"pedantic\":false,\"name\":\"judge\"}\r\n");
      stream.send("SUB " + INBOX + " 1\r\n");
      return stream;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The number of its last message; 0 where there is no such stream yet. */
  public long last() throws IOException {
    return ask("STREAM.INFO." + NAME, "{}").at("state").number("last_seq");
  }

  public Message message(long seq) throws IOException {
    var answer = ask("STREAM.MSG.GET." + NAME, "{\"seq\":" + seq + "}");
    var message = answer.at("message");
    if (message.text("subject").isEmpty()) {
      throw new IOException("the stream has no message " + seq);
    }
    return new Message(
        seq, message.text("subject"), Base64.getDecoder().decode(message.text("data")));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private JsonValue ask(String what, String request) throws IOException {
    send(
        "PUB $JS.API.%s %s %d\r\n%s\r\n"
            .formatted(what, INBOX, ByteDigests.of(request).length, request));
    for (String line = LineReader.read(in); ; line = LineReader.read(in)) {
      if (line.startsWith("MSG ") || line.startsWith("HMSG ")) {
        return answer(line);
      }
      if (line.equals("PING")) {
        send("PONG\r\n");
      } else if (line.startsWith("-ERR")) {
        throw new IOException("NATS says " + line);
      }
    }
  }

  /** Of headers only, there is nobody who answers. */
  private JsonValue answer(String line) throws IOException {
    String[] words = line.split(" ", -1);
    int length = Integer.parseInt(words[words.length - 1]);
    byte[] bytes = in.readNBytes(length);
    String _ = LineReader.read(in);
    if (line.startsWith("HMSG ")) {
      throw new IOException("no server answers for the stream: is JetStream on?");
    }
    return JsonValue.parse(ByteDigests.text(bytes));
  }

  private void send(String text) throws IOException {
    socket.getOutputStream().write(ByteDigests.of(text));
  }
}
