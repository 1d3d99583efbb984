package dev.deployclaw.container.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Whether an executor host lives: a server of gRPC greets each connection (the SETTINGS of HTTP/2)
 * before the client says a word. That its calls end is no part of it.
 */
final class HostLiveness {
  private HostLiveness() {}

  /** On a platform thread, which it blocks for so long at most. */
  static boolean answers(Path socket, Duration within) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        var selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.register(selector, SelectionKey.OP_READ);
      return selector.select(within.toMillis()) == 1 && channel.read(ByteBuffer.allocate(1)) == 1;
    } catch (IOException e) {
      return false;
    }
  }
}
