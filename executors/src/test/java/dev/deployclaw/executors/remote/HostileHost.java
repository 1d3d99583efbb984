package dev.deployclaw.executors.remote;

import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A host that speaks gRPC and answers whatever a test wants, as bytes. */
final class HostileHost implements AutoCloseable {
  private static final MethodDescriptor.Marshaller<InputStream> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream value) {
          return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
          throw new UnsupportedOperationException("only answers are bytes");
        }
      };

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger calls = new AtomicInteger();
  private final Server server;

  private HostileHost(Path socket, HandshakeReply reply, Answering answering) throws IOException {
    BindableService service = () -> service(reply, answering);
    this.server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .channelType(NioServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(service)
            .build()
            .start();
  }

  /** How it answers a call. */
  interface Answering {
    void answer(SealedCall call, StreamObserver<InputStream> out) throws Exception;
  }

  static HostileHost start(Path socket, HandshakeReply reply, Answering answering)
      throws IOException {
    return new HostileHost(socket, reply, answering);
  }

  /** How many calls it saw. */
  int calls() {
    return calls.get();
  }

  private ServerServiceDefinition service(HandshakeReply reply, Answering answering) {
    var handshake =
        ServerCalls.<HandshakeRequest, HandshakeReply>asyncUnaryCall((_, out) -> {
          out.onNext(reply);
          out.onCompleted();
        });
    var execute =
        MethodDescriptor.<SealedCall, InputStream>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(ExecutorHostGrpc.getExecuteMethod().getFullMethodName())
            .setRequestMarshaller(ProtoUtils.marshaller(SealedCall.getDefaultInstance()))
            .setResponseMarshaller(BYTES)
            .build();
    return ServerServiceDefinition.builder(ExecutorHostGrpc.SERVICE_NAME)
        .addMethod(ExecutorHostGrpc.getHandshakeMethod(), handshake)
        .addMethod(
            execute,
            ServerCalls.asyncUnaryCall((call, out) -> {
              calls.incrementAndGet();
              try {
                answering.answer(call, out);
              } catch (Exception e) {
                out.onError(e);
              }
            }))
        .build();
  }

  @Override
  public void close() {
    server.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
