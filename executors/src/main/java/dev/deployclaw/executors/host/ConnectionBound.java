package dev.deployclaw.executors.host;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes each connection beyond a number, and one that says nothing at its start. Stands before
 * gRPC at the socket that listens.
 */
@Sharable
final class ConnectionBound extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionBound.class);

  private final int most;
  private final Duration firstBytes;
  private final AtomicInteger open = new AtomicInteger();

  ConnectionBound(HostBounds bounds) {
    this.most = bounds.connections();
    this.firstBytes = bounds.firstBytes();
  }

  /** A socket that listens, with this before all else. */
  NioServerDomainSocketChannel listening(ServerSocketChannel opened) {
    var channel = new NioServerDomainSocketChannel(opened);
    channel.pipeline().addLast(this);
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (!(message instanceof Channel connection)) {
      super.channelRead(context, message);
      return;
    }
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      connection.unsafe().closeForcibly();
      LOG.atWarn().addKeyValue("most", most).log("connection refused: too many are open");
      return;
    }
    var _ = connection.closeFuture().addListener(_ -> open.decrementAndGet());
    connection.pipeline().addLast(new FirstBytes());
    super.channelRead(context, message);
  }

  private final class FirstBytes extends ChannelInboundHandlerAdapter {
    private boolean spoke;

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
      var _ =
          context
              .executor()
              .schedule(() -> closeSilent(context), firstBytes.toMillis(), TimeUnit.MILLISECONDS);
      super.channelActive(context);
    }

    private void closeSilent(ChannelHandlerContext context) {
      if (!spoke) {
        var _ = context.close();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      spoke |= message instanceof ByteBuf bytes && bytes.isReadable();
      super.channelRead(context, message);
    }
  }
}
