package dev.deployclaw.lab.judge.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.SocketFactory;

/**
 * One HTTP request on a connection of its own, with any header, {@code Host} included.
 *
 * @param headers with names in lower case
 */
public record HttpReply(int status, Map<String, String> headers, byte[] body) {
  private static final int MILLIS = Math.toIntExact(Duration.ofSeconds(20).toMillis());

  public static HttpReply get(URI url, Map<String, String> headers) throws IOException {
    return get(url, headers, SocketFactory.getDefault());
  }

  /** Over such a connection. */
  static HttpReply get(URI url, Map<String, String> headers, SocketFactory sockets)
      throws IOException {
    try (var socket = sockets.createSocket()) {
      socket.setSoTimeout(MILLIS);
      socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), MILLIS);
      var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
      all.put("Host", url.getHost() + ":" + url.getPort());
      all.putAll(headers);
      var head = new StringBuilder("GET " + path(url) + " HTTP/1.1\r\nConnection: close\r\n");
      all.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      socket.getOutputStream().write(ByteDigests.of(head + "\r\n"));
      return parse(socket.getInputStream().readAllBytes());
    }
  }

  public static HttpReply get(String url) throws IOException {
    return get(URI.create(url), Map.of());
  }

  public String text() {
    return ByteDigests.text(body);
  }

  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  private static String path(URI url) {
    return url.getRawPath().isEmpty() ? "/" : url.getRawPath();
  }

  private static HttpReply parse(byte[] answer) throws IOException {
    String latin = new String(answer, StandardCharsets.ISO_8859_1);
    int end = latin.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("not an HTTP answer: " + latin);
    }
    var lines = latin.substring(0, end).split("\r\n", -1);
    var headers = new TreeMap<String, String>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    byte[] body = latin.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
    boolean chunked = headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked");
    return new HttpReply(
        Integer.parseInt(lines[0].split(" ", 3)[1]), headers, chunked ? joined(body) : body);
  }

  private static byte[] joined(byte[] chunks) throws IOException {
    var out = new ByteArrayOutputStream();
    var in = new java.io.ByteArrayInputStream(chunks);
    for (int length = length(in); length > 0; length = length(in)) {
      out.write(in.readNBytes(length));
      String _ = LineReader.read(in);
    }
    return out.toByteArray();
  }

  private static int length(InputStream in) throws IOException {
    String line = LineReader.read(in);
    return line.isEmpty() ? 0 : Integer.parseInt(line.split(";", 2)[0].strip(), 16);
  }
}
