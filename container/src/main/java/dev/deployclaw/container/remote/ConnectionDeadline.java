package dev.deployclaw.container.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the connection of a client that doesn't send its command, or takes none of its output, for
 * too long: a Unix socket has no timeouts of its own. For the connection's thread and its watch.
 */
final class ConnectionDeadline {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionDeadline.class);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final SocketChannel channel;

  /** By {@link System#nanoTime}; empty while nothing is awaited. */
  private volatile Optional<Long> deadline = Optional.empty();

  ConnectionDeadline(SocketChannel channel) {
    this.channel = channel;
  }

  void set(Duration within) {
    deadline = Optional.of(System.nanoTime() + within.toNanos());
  }

  void clear() {
    deadline = Optional.empty();
  }

  /** Runs until the connection is closed. */
  void watch() {
    try {
      while (channel.isOpen()) {
        Thread.sleep(LOOK);
        if (deadline.filter(d -> System.nanoTime() - d > 0).isPresent()) {
          LOG.debug("A client isn't awaited any more");
          channel.close();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("reason", e.toString()).log("A connection can't be closed");
    }
  }

  /** To the client. Each part that it takes gives it the whole time again. */
  OutputStream output(Duration within) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        var left = ByteBuffer.wrap(bytes, from, count);
        try {
          while (left.hasRemaining()) {
            set(within);
            int _ = channel.write(left);
          }
        } finally {
          clear();
        }
      }
    };
  }
}
