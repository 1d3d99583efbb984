package dev.deployclaw.bench.function;

import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.apache.commons.lang3.function.Failable;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.RedisInputStream;

/** One socket to one node, over which a batch goes in one write while its answers are read. */
final class RawSocketPipe implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int PIECE_BYTES = 64 << 10;

  private final Socket socket;
  private final RedisInputStream answers;

  RawSocketPipe(HostPort node) {
    try {
      socket = new Socket(node.host(), node.port());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      answers = new RedisInputStream(socket.getInputStream(), PIECE_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes on another thread while this one reads; throws at the first error. Returns the last. */
  @SuppressWarnings("deprecation") // The other one fills a cache of the client.
  Object exchange(RespBatch batch) {
    var sent = CompletableFuture.runAsync(() -> write(batch), Thread::startVirtualThread);
    Object last = batch;
    for (int i = 0; i < batch.commands(); i++) {
      last = Protocol.read(answers);
    }
    sent.join();
    return last;
  }

  @Override
  public void close() {
    Failable.run(socket::close);
  }

  private void write(RespBatch batch) {
    Failable.run(() -> socket.getOutputStream().write(batch.bytes()));
  }
}
