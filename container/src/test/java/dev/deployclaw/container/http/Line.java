package dev.deployclaw.container.http;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client of an event stream on a socket of its own, with little room for what it hasn't read. It
 * reads what it is asked to read and nothing before.
 */
final class Line implements AutoCloseable {
  private static final int FEW_BYTES = 4_096;
  private static final int LONGEST_MILLIS = 60_000;

  private final Socket socket;
  private final int status;
  private final InputStream body;

  private Line(Socket socket) throws IOException {
    this.socket = socket;
    var in = socket.getInputStream();
    this.status = Integer.parseInt(line(in).split(" ", 3)[1]);
    boolean chunked = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
    }
    this.body = chunked ? new Chunks(in) : in;
  }

  /** Returns when the head of the answer is there. */
  static Line follow(Served served, String execution, String lastEvent) throws IOException {
    var to = served.uri("/v1/executions/" + execution + "/events");
    var socket = new Socket();
    socket.setReceiveBufferSize(FEW_BYTES);
    socket.setSoTimeout(LONGEST_MILLIS);
    socket.connect(new InetSocketAddress(to.getHost(), to.getPort()), LONGEST_MILLIS);
    String request =
        "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nLast-Event-ID: %s\r\n\r\n"
            .formatted(to.getPath(), to.getAuthority(), Served.VIC, lastEvent);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return new Line(socket);
  }

  int status() {
    return status;
  }

  Events events() {
    var reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    return Events.over(status, reader.lines());
  }

  /** As a client that dies: the server gets a reset. */
  void breakOff() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static String line(InputStream in) throws IOException {
    var out = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        out.append((char) c);
      }
    }
    return out.toString();
  }

  /** A body in chunks (RFC 9112). */
  private static final class Chunks extends InputStream {
    private final InputStream in;
    private InputStream chunk = new ByteArrayInputStream(new byte[0]);
    private boolean over;

    Chunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      int n = chunk.read(into, from, most);
      if (n >= 0 || over) {
        return n;
      }
      int size = Integer.parseInt(line(in), 16);
      over = size == 0;
      chunk = new ByteArrayInputStream(in.readNBytes(size));
      line(in);
      return chunk.read(into, from, most);
    }
  }
}
