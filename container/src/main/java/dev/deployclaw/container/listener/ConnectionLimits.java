package dev.deployclaw.container.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that are open, no more than so many for all and for each network, counted from
 * the moment that they are accepted, before TLS. Where none is free, the one that has been idle for
 * longest gives way, a stranger's before a caller's: silent connections keep nobody out. Any
 * thread.
 */
public final class ConnectionLimits {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);
  private static final long WARN_NANOS = 60_000_000_000L;

  private final int most;
  private final int mostOfOne;
  private final Map<InetSocketAddress, Connection> open = new HashMap<>();
  private final Map<String, Integer> networks = new HashMap<>();
  private long turn;
  private long warned = System.nanoTime() - WARN_NANOS;

  public ConnectionLimits(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** The JDK's sockets for Vert.x, whose TCP listeners keep these limits together. */
  public Transport transport() {
    var sockets =
        new NioTransport() {
          @Override
          public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domain) {
            var made = super.serverChannelFactory(domain);
            return domain ? made : () -> limited(made.newChannel());
          }
        };
    return new TransportInternal(Transport.NIO.name(), true, null, sockets);
  }

  private ServerChannel limited(ServerChannel listening) {
    listening.pipeline().addFirst(new Admission());
    return listening;
  }

  /** Closes at once what it must not accept, so that it takes no memory and no handshake. */
  private final class Admission extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      if (accepted instanceof Channel channel && !admits(channel)) {
        channel.unsafe().closeForcibly();
      } else {
        context.fireChannelRead(accepted);
      }
    }

    private boolean admits(Channel channel) {
      return channel.remoteAddress() instanceof InetSocketAddress from && admit(channel, from);
    }
  }

  /** One connection. Guarded by the limits' lock. */
  private static final class Connection {
    private final Channel channel;
    private final String network;
    private long last;
    private int calls;
    private boolean known;

    Connection(Channel channel, String network, long last) {
      this.channel = channel;
      this.network = network;
      this.last = last;
    }
  }

  /** Whether a connection that was accepted may stay. */
  private synchronized boolean admit(Channel channel, InetSocketAddress from) {
    var address = from.getAddress();
    String network = NetworkPrefix.of(address == null ? "" : address.getHostAddress());
    boolean shareUsed = networks.getOrDefault(network, 0) >= mostOfOne;
    if (shareUsed && !makeRoom(c -> c.network.equals(network))) {
      return refuse("connections of one network", mostOfOne);
    }
    if (open.size() >= most && !makeRoom(_ -> true)) {
      return refuse("connections", most);
    }
    open.put(from, new Connection(channel, network, turn++));
    networks.merge(network, 1, Integer::sum);
    channel.closeFuture().addListener(_ -> forget(from, channel));
    return true;
  }

  /** A call begins on a connection: it doesn't give way until the call is answered. */
  public synchronized void begin(SocketAddress from) {
    find(from).ifPresent(c -> c.calls++);
  }

  /**
   * A call was answered.
   *
   * @param known whether its caller is known
   */
  public synchronized void end(SocketAddress from, boolean known) {
    find(from)
        .ifPresent(c -> {
          c.calls--;
          c.known |= known;
          c.last = turn++;
        });
  }

  /** How many are open. */
  public synchronized int size() {
    return open.size();
  }

  /** The connection from an address. */
  public synchronized Optional<Channel> channel(SocketAddress from) {
    return find(from).map(c -> c.channel);
  }

  private Optional<Connection> find(SocketAddress from) {
    return Optional.ofNullable(open.get(new InetSocketAddress(from.hostAddress(), from.port())));
  }

  private boolean makeRoom(Predicate<Connection> which) {
    var idle =
        open.values().stream()
            .filter(which)
            .filter(c -> c.calls == 0)
            .min(Comparator.comparing((Connection c) -> c.known).thenComparingLong(c -> c.last));
    idle.ifPresent(c -> {
      forget((InetSocketAddress) c.channel.remoteAddress(), c.channel);
      var _ = c.channel.close();
    });
    return idle.isPresent();
  }

  private synchronized void forget(InetSocketAddress from, Channel channel) {
    var there = open.get(from);
    if (there != null && there.channel.equals(channel)) {
      open.remove(from);
      networks.computeIfPresent(there.network, (_, n) -> n == 1 ? null : n - 1);
    }
  }

  private boolean refuse(String what, int limit) {
    if (System.nanoTime() - warned >= WARN_NANOS) {
      warned = System.nanoTime();
      LOG.atWarn().addKeyValue("limit", limit).log("No room for more {}, and none is idle", what);
    }
    return false;
  }
}
