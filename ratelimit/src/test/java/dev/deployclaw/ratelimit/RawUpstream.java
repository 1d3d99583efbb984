package dev.deployclaw.ratelimit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.commons.lang3.function.Failable;

/**
 * An upstream that routes by the bytes of the request target as they came: it decodes nothing and
 * resolves nothing. It says in {@code X-Served-By} who served.
 */
final class RawUpstream implements AutoCloseable {
  /** Longest first; a path below none of them is the web's. */
  private static final List<String> PREFIXES = List.of("/orders/bulk", "/checkout", "/orders");

  private final ServerSocket listening;
  private final List<String> hosts = new CopyOnWriteArrayList<>();

  private RawUpstream(ServerSocket listening) {
    this.listening = listening;
  }

  static RawUpstream start() throws IOException {
    var upstream = new RawUpstream(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().start(upstream::accept);
    return upstream;
  }

  String address() {
    return "127.0.0.1:" + listening.getLocalPort();
  }

  /** The {@code Host} headers that came, in their order. */
  List<String> hosts() {
    return hosts;
  }

  static String servedBy(String target) {
    String path = target.split("\\?", 2)[0];
    return PREFIXES.stream()
        .filter(p -> path.equals(p) || path.startsWith(p + "/"))
        .findFirst()
        .map(p -> p.substring(1).replace('/', '-'))
        .orElse("web");
  }

  @Override
  public void close() {
    Failable.run(() -> listening.close());
  }

  private void accept() {
    try {
      while (true) {
        var socket = listening.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      String first = in.readLine();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        if (line.startsWith("Host: ")) {
          hosts.add(line.substring("Host: ".length()));
        }
      }
      if (first != null) {
        String target = first.substring(first.indexOf(' ') + 1, first.lastIndexOf(' '));
        String answer =
            "HTTP/1.1 200 OK\r\nX-Served-By: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .formatted(servedBy(target));
        socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
