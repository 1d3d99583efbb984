package dev.deployclaw.ratelimit.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps at most so many connections of one listener. One more is let in all the same, and takes the
 * place of the one that has said nothing for the longest time; those that were never answered go
 * first. So connections that only hold places crowd out each other, and a gateway's stays while it
 * asks. The first handler of a listening channel, on the thread that accepts: its reads are the
 * connections that were accepted.
 */
final class ConnectionCap extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCap.class);
  private static final long LOG_PAUSE_NANOS = 10_000_000_000L;

  private static final long LONGEST_CLOSE_MILLIS = 1_000;

  private final int most;

  /** Where closing takes too long, new ones are closed beyond this. */
  private final int mostOpen;

  private final Set<Connection> kept = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private long toldAt = System.nanoTime() - LOG_PAUSE_NANOS;

  ConnectionCap(int most) {
    this.most = most;
    this.mostOpen = mostOpen(most);
  }

  /** How many files a listener with this cap may hold open. */
  static int mostOpen(int most) {
    return most + Math.max(1, most / 4);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    if (accepted instanceof Channel channel && !admitted(channel)) {
      return;
    }
    context.fireChannelRead(accepted);
  }

  private boolean admitted(Channel channel) {
    if (open.get() >= mostOpen) {
      tell();
      channel.unsafe().closeForcibly();
      return false;
    }
    if (kept.size() >= most) {
      tell();
      kept.stream().min(Connection.LEAST_USEFUL_FIRST).ifPresent(this::evict);
    }
    var connection = new Connection(channel);
    open.incrementAndGet();
    kept.add(connection);
    channel
        .closeFuture()
        .addListener(_ -> {
          kept.remove(connection);
          open.decrementAndGet();
        });
    channel.pipeline().addLast(connection);
    return true;
  }

  /** Waits until it is closed: so no more are accepted than the event loop can bear. */
  private void evict(Connection connection) {
    kept.remove(connection);
    connection.channel.close().awaitUninterruptibly(LONGEST_CLOSE_MILLIS);
  }

  private void tell() {
    long now = System.nanoTime();
    if (now - toldAt >= LOG_PAUSE_NANOS) {
      toldAt = now;
      LOG.atWarn()
          .setMessage("too many connections: those that say nothing are closed")
          .addKeyValue("most", most)
          .log();
    }
  }

  /** Notes when something was last read, and whether anything was ever answered. */
  private static final class Connection extends ChannelDuplexHandler {
    private static final Comparator<Connection> LEAST_USEFUL_FIRST =
        Comparator.<Connection, Boolean>comparing(c -> c.answered)
            .thenComparing((a, b) -> Long.signum(a.heardAt - b.heardAt));

    private final Channel channel;
    private volatile long heardAt = System.nanoTime();
    private volatile boolean answered;

    private Connection(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      heardAt = System.nanoTime();
      context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (!answered) {
        answered = true;
      }
      context.write(message, promise);
    }
  }
}
