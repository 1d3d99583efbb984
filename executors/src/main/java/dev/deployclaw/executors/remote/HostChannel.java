package dev.deployclaw.executors.remote;

import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** How each client of the protocol reaches a host's socket. */
public final class HostChannel {
  private HostChannel() {}

  /**
   * By the JDK's Unix sockets, without a native library. gRPC sends nothing a second time.
   *
   * @param loop of {@link io.netty.channel.nio.NioIoHandler}; closing it is the caller's
   */
  public static NettyChannelBuilder to(Path socket, EventLoopGroup loop) {
    return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
        .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
        .eventLoopGroup(loop)
        .withOption(ChannelOption.SO_KEEPALIVE, null)
        .overrideAuthority("executor-host")
        .usePlaintext()
        .disableRetry()
        .disableServiceConfigLookUp();
  }
}
