package dev.deployclaw.bench.estate;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Bare requests, one after the other, whose answers are thrown away. */
final class BareHttpRequests {
  private static final String STATUS = "HTTP/1.1 200";
  private static final int OK = 200;

  private BareHttpRequests() {}

  /** Over TCP, on a connection that is kept. */
  static void get(HttpClient client, URI server, List<String> targets) throws InterruptedException {
    for (String target : targets) {
      try {
        var request = HttpRequest.newBuilder(server.resolve(target)).build();
        int status = client.send(request, BodyHandlers.discarding()).statusCode();
        if (status != OK) {
          throw new IllegalStateException(target + " answered " + status);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Over a socket of this machine, on a connection each. */
  static void get(Path socket, List<String> targets) {
    for (String target : targets) {
      try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(socket));
        String request = "GET " + target + " HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        check(target, drain(channel));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Reads to the end; returns how the answer began. */
  private static String drain(SocketChannel channel) throws IOException {
    var in = Channels.newInputStream(channel);
    byte[] begin = in.readNBytes(STATUS.length());
    in.transferTo(OutputStream.nullOutputStream());
    return new String(begin, StandardCharsets.US_ASCII);
  }

  private static void check(String target, String begin) {
    if (!begin.equals(STATUS)) {
      throw new IllegalStateException(target + " answered " + begin);
    }
  }
}
