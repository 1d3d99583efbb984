package dev.deployclaw.lab;

import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answer to a plain HTTP request, as any client gets it. Header names are in lower case.
 *
 * @param body as it came, which for these servers isn't chunked
 */
record PlainHttpResponse(int status, Map<String, String> headers, String body) {
  private static final int TIMEOUT_MILLIS = Math.toIntExact(Duration.ofSeconds(30).toMillis());

  static PlainHttpResponse get(HostPort at, String path, Map<String, String> headers) {
    var request = new StringBuilder("GET " + path + " HTTP/1.1\r\nConnection: close\r\n");
    var all = new TreeMap<String, String>(headers);
    all.putIfAbsent("Host", at.toString());
    all.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(at.host(), at.port()), TIMEOUT_MILLIS);
      socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException("GET " + at + path, e);
    }
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  private static PlainHttpResponse parse(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IllegalStateException("not an HTTP answer: " + answer);
    }
    var lines = answer.substring(0, end).split("\r\n", -1);
    var headers = new TreeMap<String, String>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    return new PlainHttpResponse(
        Integer.parseInt(lines[0].split(" ", 3)[1]), headers, answer.substring(end + 4));
  }
}
