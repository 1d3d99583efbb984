package dev.deployclaw.executors.host;

import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A host that knows nothing of messages: requests and replies are bytes. */
final class RawHostServer implements AutoCloseable {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Server server;

  /** What is answered. */
  interface Replies {
    /**
     * @param method without the service's name
     */
    byte[] to(String method, byte[] request) throws Exception;
  }

  private RawHostServer(Path socket, Replies replies) throws IOException {
    this.server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .channelType(NioServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .fallbackHandlerRegistry(new AnyMethod(replies))
            .build()
            .start();
  }

  static RawHostServer start(Path socket, Replies replies) throws IOException {
    return new RawHostServer(socket, replies);
  }

  /** A method of the protocol whose messages are bytes. */
  static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.newBuilder(BYTES, BYTES)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(
            MethodDescriptor.generateFullMethodName(ExecutorHostGrpc.SERVICE_NAME, name))
        .build();
  }

  private static final class AnyMethod extends HandlerRegistry {
    private final Replies replies;

    AnyMethod(Replies replies) {
      this.replies = replies;
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String full, @Nullable String authority) {
      String name = full.substring(full.lastIndexOf('/') + 1);
      return ServerMethodDefinition.create(
          method(name),
          ServerCalls.asyncUnaryCall((request, out) -> {
            try {
              out.onNext(replies.to(name, request));
              out.onCompleted();
            } catch (Exception e) {
              out.onError(e);
            }
          }));
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
