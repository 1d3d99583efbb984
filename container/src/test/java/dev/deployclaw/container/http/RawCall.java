package dev.deployclaw.container.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A call byte by byte over a socket of its own, as no decent client would make it. */
final class RawCall {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_MILLIS = 60_000;
  private static final int END = -1;

  private RawCall() {}

  /**
   * What came back.
   *
   * @param headers in lower case
   */
  record Answer(int status, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    JsonNode json() throws IOException {
      return JSON.readTree(body);
    }
  }

  /** Sends these bytes and reads one answer. */
  static Answer send(Served served, String bytes) throws IOException {
    try (var socket = open(served)) {
      return send(socket, bytes);
    }
  }

  static Answer send(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return read(socket.getInputStream(), bytes.startsWith("HEAD "));
  }

  static Socket open(Served served) throws IOException {
    return open(served, "127.0.0.1");
  }

  /**
   * @param from the caller's own address
   */
  static Socket open(Served served, String from) throws IOException {
    var to = URI.create(served.api.address());
    var socket = new Socket();
    socket.setSoTimeout(LONGEST_MILLIS);
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress(to.getHost(), to.getPort()), LONGEST_MILLIS);
    return socket;
  }

  /** Whether the server has ended a connection on which nothing is awaited. */
  static boolean ended(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() == END;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  private static Answer read(InputStream in, boolean head) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      throw new IOException("no answer");
    }
    var headers = new TreeMap<String, String>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    String length = headers.getOrDefault("content-length", "0");
    byte[] body = head ? new byte[0] : in.readNBytes(Integer.parseInt(length));
    return new Answer(
        Integer.parseInt(first.split(" ", 3)[1]),
        headers,
        new String(body, StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    for (int c = in.read(); c != END && c != '\n'; c = in.read()) {
      if (c != '\r') {
        out.write(c);
      }
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }
}
