package dev.deployclaw.executors.gateway;

import dev.deployclaw.testkit.network.HostPort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an HTTP server, which tells an answer that never began from one that was cut.
 */
final class HttpClientConnection implements AutoCloseable {
  private static final int WAIT_MILLIS = (int) Duration.ofSeconds(20).toMillis();
  private static final int MOST_BYTES = 1 << 20;
  private static final String LENGTH = "content-length:";

  private final Socket socket;
  private final InputStream in;
  private boolean closes;

  private HttpClientConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static HttpClientConnection to(HostPort server) throws IOException {
    var socket = new Socket();
    try {
      socket.setSoTimeout(WAIT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(server.host(), server.port()), WAIT_MILLIS);
      return new HttpClientConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The connection ended before the first byte of an answer. */
  static final class Unanswered extends IOException {
    private static final long serialVersionUID = 1L;

    Unanswered(@Nullable Throwable cause) {
      super("closed before the first byte of an answer", cause);
    }
  }

  /** Whether the server said that it closes after its answer. */
  boolean closes() {
    return closes;
  }

  /** Sends a request without a body, and reads the whole answer. */
  HttpLoadGenerator.Answer ask(String request) throws IOException {
    var lines = head(request).split("\r\n", -1);
    int length = 0;
    for (String line : lines) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith(LENGTH)) {
        length = Integer.parseInt(lower.substring(LENGTH.length()).strip());
      } else if (lower.startsWith("transfer-encoding:")) {
        throw new IOException("an answer in chunks");
      } else if (lower.equals("connection: close")) {
        closes = true;
      }
    }
    byte[] body = in.readNBytes(Math.min(length, MOST_BYTES));
    if (body.length < length) {
      throw new IOException("cut after " + body.length + " of " + length + " bytes");
    }
    int status = Integer.parseInt(lines[0].split(" ", -1)[1]);
    return new HttpLoadGenerator.Answer(status, new String(body, StandardCharsets.UTF_8));
  }

  private String head(String request) throws IOException {
    var text = new StringBuilder();
    text.append((char) first(request));
    while (text.length() < MOST_BYTES) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("cut in its head: " + text);
      }
      text.append((char) c);
      if (c == '\n' && text.indexOf("\r\n\r\n", Math.max(0, text.length() - 4)) >= 0) {
        return text.toString();
      }
    }
    throw new IOException("a head without an end");
  }

  private int first(String request) throws IOException {
    try {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      int first = in.read();
      if (first < 0) {
        throw new Unanswered(null);
      }
      return first;
    } catch (SocketException e) {
      throw new Unanswered(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
