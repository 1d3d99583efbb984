package dev.deployclaw.ratelimit.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps at most so many connections of one listener. One more is let in all the same, and takes the
 * place of the one that has said nothing for the longest time; those that were never answered go
 * first. So connections that only hold places crowd out each other, and a gateway's stays while it
 * asks. So does the largest request that isn't answered yet where all of them take too much memory.
 * The first handler of a listening channel, on the thread that accepts: its reads are the
 * connections that were accepted.
 */
public final class ConnectionCap extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCap.class);
  private static final long LOG_PAUSE_NANOS = 10_000_000_000L;

  private static final long LONGEST_CLOSE_MILLIS = 1_000;

  /** What it takes isn't looked at. */
  private static final int SMALL_REQUEST = 1 << 10;

  /**
   * Far more than any request has. Vert.x looks through all headers of a name's hash for each one
   * that it adds: ten thousand of them hold the event loop for a second.
   */
  private static final int MOST_LINES = 500;

  /** With it a connection of HTTP/2 begins, whose bytes are no lines (RFC 9113, section 3.4). */
  private static final ByteBuf PREFACE = text("PRI * HTTP/2.0");

  /** A gateway takes a closed connection for a service that is away, and may open then. */
  private static final ByteBuf TOO_LARGE =
      text(
          """
          HTTP/1.1 431 Request Header Fields Too Large\r
          Connection: close\r
          Content-Length: 0\r
          \r
          """);

  /** What is still read of a refused request, so that its sender gets the answer. */
  private static final int MOST_DROPPED = 1 << 18;

  private static final Comparator<Connection> LEAST_USEFUL_FIRST =
      Comparator.<Connection, Boolean>comparing(c -> c.answered)
          .thenComparing((a, b) -> Long.signum(a.heardAt - b.heardAt));

  private final int most;

  /** Where closing takes too long, new ones are closed beyond this. */
  private final int mostOpen;

  private final RequestMemoryBudget memory;
  private final Set<Connection> kept = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - LOG_PAUSE_NANOS);

  ConnectionCap(int most, RequestMemoryBudget memory) {
    this.most = most;
    this.mostOpen = mostOpen(most);
    this.memory = memory;
  }

  /**
   * The JDK's sockets for Vert.x, with a cap on each listener. Vert.x itself counts none, and a
   * connection that says nothing is none to it yet.
   *
   * @param most connections of each listener
   */
  public static Transport transport(int most) {
    var memory = RequestMemoryBudget.ofThisJvm();
    var sockets =
        new NioTransport() {
          @Override
          public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domain) {
            var made = super.serverChannelFactory(domain);
            return () -> {
              ServerChannel channel = made.newChannel();
              channel.pipeline().addFirst(new ConnectionCap(most, memory));
              return channel;
            };
          }
        };
    return new TransportInternal(Transport.NIO.name(), true, null, sockets);
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
      kept.stream().min(LEAST_USEFUL_FIRST).ifPresent(this::evict);
    }
    var connection = new Connection(channel);
    open.incrementAndGet();
    kept.add(connection);
    channel
        .closeFuture()
        .addListener(_ -> {
          kept.remove(connection);
          connection.forget();
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
    long before = toldAt.get();
    if (now - before >= LOG_PAUSE_NANOS && toldAt.compareAndSet(before, now)) {
      LOG.atWarn()
          .addKeyValue("most", most)
          .log("too many connections, or requests are too large: some connections are closed");
    }
  }

  private static ByteBuf text(String text) {
    return Unpooled.unreleasableBuffer(
        Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII).asReadOnly());
  }

  /**
   * Where unanswered requests take too much, the largest of them goes, whichever loop has it. Of
   * several loops that choose it at once, one closes it.
   */
  private void makeRoom() {
    kept.stream()
        .max(Comparator.comparingInt(c -> c.taken.get()))
        .filter(c -> c.taken.get() > 0)
        .filter(kept::remove)
        .ifPresent(largest -> {
          tell();
          largest.giveBack();
          var _ = largest.channel.close();
        });
  }

  /**
   * Notes when something was last read, whether anything was ever answered, and what waits. Belongs
   * to the connection's event loop; what others read of it is volatile or atomic.
   */
  private final class Connection extends ChannelDuplexHandler {
    private final Channel channel;
    private volatile long heardAt = System.nanoTime();
    private volatile boolean answered;

    /** Bytes that came since the last answer. */
    private int unanswered;

    /** Lines among them, where they are many. */
    private int lines;

    /** Of the memory; any loop may give it back. */
    private final AtomicInteger taken = new AtomicInteger();

    private boolean first = true;
    private boolean inLines = true;
    private boolean refused;
    private int dropped;

    private Connection(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes && (refused || !bears(bytes))) {
        refuse(context, bytes);
        return;
      }
      heardAt = System.nanoTime();
      context.fireChannelRead(message);
    }

    /** Closed at once, its sender might lose the answer; it has no place to keep meanwhile. */
    private void refuse(ChannelHandlerContext context, ByteBuf bytes) {
      dropped += bytes.readableBytes();
      bytes.release();
      if (!refused) {
        refused = true;
        answered = false;
        tell();
        forget();
        var _ = context.writeAndFlush(TOO_LARGE.duplicate());
      }
      if (dropped > MOST_DROPPED) {
        var _ = channel.close();
      }
    }

    /** Whether these bytes are no more than one request has. */
    private boolean bears(ByteBuf bytes) {
      int length = bytes.readableBytes();
      if (first) {
        first = false;
        inLines = !ByteBufUtil.equals(bytes, bytes.readerIndex(), PREFACE, 0, PREFACE.capacity());
      }
      unanswered += length;
      if (unanswered <= SMALL_REQUEST) {
        return true;
      }
      int more = inLines ? RequestMemoryBudget.lines(bytes) : 0;
      lines += more;
      if (lines > MOST_LINES) {
        return false;
      }
      int taking = RequestMemoryBudget.of(length, more);
      taken.addAndGet(taking);
      if (memory.take(taking)) {
        makeRoom();
      }
      return true;
    }

    /** What it sent is answered, or dropped. */
    private void forget() {
      unanswered = 0;
      lines = 0;
      giveBack();
    }

    private void giveBack() {
      if (taken.get() > 0) {
        memory.giveBack(taken.getAndSet(0));
      }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (!answered) {
        answered = true;
      }
      forget();
      var _ = context.write(message, promise);
    }
  }
}
