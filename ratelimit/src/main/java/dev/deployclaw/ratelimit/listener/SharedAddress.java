package dev.deployclaw.ratelimit.listener;

import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the event loops of a service listen together. Vert.x opens one socket for all servers with
 * the same address, and deals its connections out among their event loops by turns: so {@link
 * ConnectionCap} counts those of all loops, and each stays with its loop.
 *
 * @param at equal for all loops; of a file, the place where it is bound first
 */
public record SharedAddress(SocketAddress at, Optional<SocketDraft> draft) {
  private static final AtomicInteger FREE_PORTS = new AtomicInteger();

  /** A file that isn't open to its callers yet. */
  public record SocketDraft(UnixSocket socket, Path bound) {}

  /**
   * @param port 0 for a free one, the same for all loops
   */
  public static SharedAddress of(String host, int port) {
    var at =
        port == 0
            ? SocketAddress.sharedRandomPort(FREE_PORTS.incrementAndGet(), host)
            : SocketAddress.inetSocketAddress(port, host);
    return new SharedAddress(at, Optional.empty());
  }

  /** Blocks. */
  public static SharedAddress of(UnixSocket socket) throws IOException {
    var bound = socket.draft();
    return new SharedAddress(
        SocketAddress.domainSocketAddress(bound.toString()),
        Optional.of(new SocketDraft(socket, bound)));
  }

  /** Opens a file to those that it is for, once all loops listen. Blocks. */
  public void publish() throws IOException {
    if (draft.isPresent()) {
      draft.get().socket().publish(draft.get().bound());
    }
  }

  /** Deletes its file, open to its callers or not yet. Blocks. */
  public void withdraw() throws IOException {
    if (draft.isPresent()) {
      draft.get().socket().withdraw(draft.get().bound());
    }
  }
}
