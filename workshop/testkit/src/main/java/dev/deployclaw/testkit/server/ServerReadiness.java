package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a starting server whether it answers yet; the empty text means no. */
public final class ServerReadiness {
  private static final int TIMEOUT_MILLIS = Math.toIntExact(Duration.ofSeconds(2).toMillis());
  private static final int MOST_BYTES = 64 << 10;

  private ServerReadiness() {}

  public static boolean answers(String url) {
    try {
      var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  public static String get(HostPort address, String path) {
    try (Socket socket = connect(address)) {
      String request = "GET " + path + " HTTP/1.0\r\nHost: " + address + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  static String greeting(HostPort address) {
    try (Socket socket = connect(address)) {
      InputStream in = socket.getInputStream();
      StringBuilder line = new StringBuilder();
      for (int b = in.read(); b >= 0 && b != '\n' && line.length() < MOST_BYTES; b = in.read()) {
        line.append((char) b);
      }
      return line.toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static Socket connect(HostPort address) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(TIMEOUT_MILLIS);
    try {
      socket.connect(new InetSocketAddress(address.host(), address.port()), TIMEOUT_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
