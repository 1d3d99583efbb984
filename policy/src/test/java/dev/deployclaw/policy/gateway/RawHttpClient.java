package dev.deployclaw.policy.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client in a test that sends what it is told, byte by byte, and reads the whole answer. */
record RawHttpClient(int port) {
  private static final int TIMEOUT = Math.toIntExact(Duration.ofSeconds(30).toMillis());

  record Answer(int status, Map<String, String> headers, String body) {}

  Answer get(String path, String... headers) {
    var request = new StringBuilder("GET " + path + " HTTP/1.1\r\nConnection: close\r\n");
    List.of(headers).forEach(h -> request.append(h).append("\r\n"));
    return send(request.append("\r\n").toString());
  }

  private Answer send(String request) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return parsed(
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer parsed(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    var lines = answer.substring(0, end).lines().toList();
    var headers = new TreeMap<String, String>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Answer(
        Integer.parseInt(lines.getFirst().substring(9, 12)), headers, answer.substring(end + 4));
  }
}
