package dev.deployclaw.lab.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Whether a server answers a request, whatever it says. */
final class ReadinessProbe {
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final String REQUEST =
      "GET /.well-known/deployclaw HTTP/1.1\r\nHost: ready.invalid\r\nConnection: close\r\n\r\n";

  private ReadinessProbe() {}

  static boolean answers(String host, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      byte[] start = socket.getInputStream().readNBytes("HTTP/".length());
      return new String(start, StandardCharsets.US_ASCII).equals("HTTP/");
    } catch (IOException e) {
      return false;
    }
  }
}
