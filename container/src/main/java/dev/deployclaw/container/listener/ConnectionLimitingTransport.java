package dev.deployclaw.container.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.spi.transport.Transport;
import java.util.List;
import java.util.Optional;

/** The JDK's transport, whose servers accept no more connections than the limits let in. */
public record ConnectionLimitingTransport(ConnectionLimits limits)
    implements io.vertx.core.transport.Transport {

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
  public Transport implementation() {
    return new Limited(NIO.implementation(), limits);
  }

  private record Limited(Transport nio, ConnectionLimits limits) implements Transport {
    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return nio.ioHandlerFactory();
    }

    @Override
    public DatagramChannel datagramChannel() {
      return nio.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // the type is Netty's, and Vert.x asks for it
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return nio.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
      return nio.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return domainSocket ? nio.serverChannelFactory(true) : () -> new LimitedServerChannel(limits);
    }
  }

  /** Closes at once what it must not accept, so that it takes no memory and no handshake. */
  private static final class LimitedServerChannel extends NioServerSocketChannel {
    private final ConnectionLimits limits;

    LimitedServerChannel(ConnectionLimits limits) {
      this.limits = limits;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      int n = super.doReadMessages(accepted);
      if (n > 0 && accepted.getLast() instanceof SocketChannel channel && !admit(channel)) {
        accepted.removeLast();
        channel.unsafe().closeForcibly();
        return 0;
      }
      return n;
    }

    private boolean admit(SocketChannel channel) {
      return Optional.ofNullable(channel.remoteAddress())
          .filter(from -> limits.admit(channel, from))
          .isPresent();
    }
  }
}
