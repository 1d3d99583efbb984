package dev.deployclaw.executors.member;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;

/**
 * One HTTP/1.1 exchange on a connection of its own. The JDK's client keeps connections and forbids
 * the {@code Host} header; here each question must reach the process that listens now, under the
 * name that is asked for. Blocking; an interrupt closes the socket.
 *
 * @param server scheme, host and port
 * @param timeout for connecting, and again for each read
 * @param tls for {@code https}; it has to check the host's name itself
 */
public record OneShotHttpClient(URI server, Duration timeout, Optional<SSLContext> tls) {
  private static final int MOST_HEADER_BYTES = 64 * 1024;
  private static final int MOST_BODY_BYTES = 1024 * 1024;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  public OneShotHttpClient {
    String scheme = tls.isPresent() ? "https" : "http";
    if (!scheme.equals(server.getScheme()) || server.getHost() == null) {
      throw new IllegalArgumentException("not an " + scheme + " address: " + server);
    }
  }

  /**
   * @param headers by lower-case name, the first of each
   * @param micros from the request's first byte to the end of the answer's headers
   */
  public record Answer(int status, SortedMap<String, String> headers, String body, long micros) {
    public Answer {
      headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }

    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
  }

  /** Nobody listens: the request was never sent. */
  public static final class Unreached extends IOException {
    Unreached(String message, IOException cause) {
      super(message, cause);
    }
  }

  public Answer get(String path) throws IOException {
    return send("GET", path, Map.of());
  }

  /**
   * @param headers {@code Host} among them replaces the server's own name
   */
  public Answer send(String method, String path, Map<String, String> headers) throws IOException {
    try (var socket = connect()) {
      long start = System.nanoTime();
      socket.getOutputStream().write(request(method, path, headers));
      var in = new BufferedInputStream(socket.getInputStream());
      String status = line(in, MOST_HEADER_BYTES);
      var answered = headers(in);
      long micros = (System.nanoTime() - start) / 1_000;
      int code = code(status);
      return new Answer(code, answered, body(in, code, answered), micros);
    }
  }

  private Socket connect() throws IOException {
    int usual = tls.isPresent() ? HTTPS_PORT : HTTP_PORT;
    int port = server.getPort() < 0 ? usual : server.getPort();
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(server.getHost(), port), millis());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(millis());
      return tls.isEmpty()
          ? socket
          : tls.get().getSocketFactory().createSocket(socket, server.getHost(), port, true);
    } catch (IOException e) {
      socket.close();
      throw new Unreached(server + ": " + e.getMessage(), e);
    }
  }

  private int millis() {
    return Math.toIntExact(Math.max(1, timeout.toMillis()));
  }

  private byte[] request(String method, String path, Map<String, String> headers) {
    var all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.put("Host", server.getHost() + (server.getPort() < 0 ? "" : ":" + server.getPort()));
    all.put("Connection", "close");
    all.putAll(headers);
    var out = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    all.forEach((name, value) -> out.append(name).append(": ").append(value).append("\r\n"));
    if (!method.equals("GET") && !method.equals("HEAD")) {
      out.append("Content-Length: 0\r\n");
    }
    return out.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static int code(String status) throws IOException {
    String[] words = status.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
      throw new IOException("not an HTTP answer");
    }
    return Integer.parseInt(words[1]);
  }

  private static SortedMap<String, String> headers(InputStream in) throws IOException {
    var headers = new TreeMap<String, String>();
    int left = MOST_HEADER_BYTES;
    for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
      left -= line.length() + 2;
      int colon = line.indexOf(':');
      if (colon > 0) {
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        headers.putIfAbsent(name, line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private static String body(InputStream in, int code, Map<String, String> headers)
      throws IOException {
    if (code == 204 || code == 304) {
      return "";
    }
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      return chunked(in);
    }
    return new String(in.readNBytes(length(headers)), StandardCharsets.UTF_8);
  }

  private static int length(Map<String, String> headers) throws IOException {
    try {
      String said = headers.getOrDefault("content-length", String.valueOf(MOST_BODY_BYTES));
      return Math.clamp(Long.parseLong(said), 0, MOST_BODY_BYTES);
    } catch (NumberFormatException e) {
      throw new IOException("the content length isn't a number", e);
    }
  }

  private static String chunked(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    for (int size = chunk(in); size > 0; size = chunk(in)) {
      if (size > MOST_BODY_BYTES - out.size()) {
        throw new IOException("the answer is too large");
      }
      out.write(in.readNBytes(size));
      line(in, MOST_HEADER_BYTES);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static int chunk(InputStream in) throws IOException {
    try {
      return Integer.parseUnsignedInt(line(in, MOST_HEADER_BYTES).split(";", 2)[0].strip(), 16);
    } catch (NumberFormatException e) {
      throw new IOException("a chunk has no size", e);
    }
  }

  private static String line(InputStream in, int most) throws IOException {
    var out = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new IOException("the connection ended within the answer");
      }
      if (out.size() >= most) {
        throw new IOException("the answer's headers are too large");
      }
      out.write(octet);
    }
    return out.toString(StandardCharsets.ISO_8859_1).strip();
  }
}
