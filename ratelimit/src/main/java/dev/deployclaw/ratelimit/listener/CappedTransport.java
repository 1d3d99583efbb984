package dev.deployclaw.ratelimit.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;

/**
 * The JDK's sockets for Vert.x, where each listener keeps at most so many connections. Vert.x
 * itself counts none, and a connection that says nothing is none to it yet.
 */
public final class CappedTransport implements Transport {
  private final int most;

  /**
   * @param most connections of each listener
   */
  public CappedTransport(int most) {
    this.most = most;
  }

  @Override
  public String name() {
    return NIO.name();
  }

  @Override
  public boolean available() {
    return NIO.available();
  }

  @Override
  public Throwable unavailabilityCause() {
    return NIO.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return new Sockets(NIO.implementation(), most, RequestMemoryBudget.ofThisJvm());
  }

  private record Sockets(
      io.vertx.core.spi.transport.Transport jdk, int most, RequestMemoryBudget memory)
      implements io.vertx.core.spi.transport.Transport {
    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      var made = jdk.serverChannelFactory(domainSocket);
      return () -> {
        ServerChannel channel = made.newChannel();
        channel.pipeline().addFirst(new ConnectionCap(most, memory));
        return channel;
      };
    }

    @Override
    public boolean supportsDomainSockets() {
      return jdk.supportsDomainSockets();
    }

    @Override
    public java.net.SocketAddress convert(SocketAddress address) {
      return jdk.convert(address);
    }

    @Override
    public SocketAddress convert(java.net.SocketAddress address) {
      return jdk.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return jdk.ioHandlerFactory();
    }

    @Override
    public DatagramChannel datagramChannel() {
      return jdk.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // Vert.x has it so
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return jdk.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
      return jdk.channelFactory(domainSocket);
    }
  }
}
