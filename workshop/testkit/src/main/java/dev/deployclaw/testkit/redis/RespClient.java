package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.network.HostPort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Says one command at a time to a Redis node, enough to set up and watch a cluster. Speaks RESP2
 * (redis.io/docs/latest/develop/reference/protocol-spec). One thread at a time.
 */
public final class RespClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MOST_BYTES = 16 << 20;

  private final Socket socket;
  private final InputStream in;

  private RespClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * One command on a connection of its own.
   *
   * @return the reply as text, an array's elements a line each, null as the empty text
   * @throws IllegalStateException with the server's words when it refuses
   * @throws UncheckedIOException when it does not answer
   */
  static String call(HostPort node, String... words) {
    try (RespClient resp = connect(node)) {
      return resp.call(words);
    } catch (IOException e) {
      throw new UncheckedIOException(node + ": " + e.getMessage(), e);
    }
  }

  public static RespClient connect(HostPort node) throws IOException {
    Socket socket = new Socket();
    try {
      int millis = Math.toIntExact(TIMEOUT.toMillis());
      socket.setSoTimeout(millis);
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(node.host(), node.port()), millis);
      return new RespClient(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  public String call(String... words) throws IOException {
    StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      request.append('$').append(word.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
      request.append(word).append("\r\n");
    }
    socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
    return reply();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private String reply() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '-' -> throw new IllegalStateException(rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> array(Integer.parseInt(rest));
      default -> throw new IOException("not RESP2: " + line);
    };
  }

  private String bulk(int length) throws IOException {
    if (length < 0) {
      return "";
    }
    if (length > MOST_BYTES) {
      throw new IOException("a reply of " + length + " bytes");
    }
    String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    line();
    return text;
  }

  private String array(int length) throws IOException {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      elements.add(reply());
    }
    return String.join("\n", elements);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.length() > MOST_BYTES) {
        throw new IOException("the connection ended within a reply");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    if (line.isEmpty()) {
      return " ";
    }
    return line.toString();
  }
}
