package dev.deployclaw.bench.wall;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.remote.HostChannel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The floor below an executor host: one message and its answer by gRPC, over the same kind of
 * socket with the same threads. It knows no executor, grant, seal or bound. The socket is its
 * argument.
 */
public final class BareHost extends ExecutorHostGrpc.ExecutorHostImplBase {
  @Override
  public void handshake(HandshakeRequest request, StreamObserver<HandshakeReply> reply) {
    reply.onNext(HandshakeReply.newBuilder().setHost(request.getAgent()).build());
    reply.onCompleted();
  }

  public static void main(String[] words) throws IOException {
    var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var _ =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(words[0]))
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .channelType(NioServerDomainSocketChannel.class)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(new BareHost())
            .build()
            .start();
    System.out.println("ready");
    var _ = System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }

  /** Its caller, in an executor's place: sends and gets about the bytes of an observation. */
  static final class BareCaller extends ForwardingExecutor implements AutoCloseable {
    private static final HandshakeRequest MESSAGE =
        HandshakeRequest.newBuilder().setAgent("-".repeat(256)).build();

    private final MultiThreadIoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ManagedChannel channel;

    BareCaller(Path socket) {
      super(new IdleParticipant());
      channel = HostChannel.to(socket, loop).build();
    }

    @Override
    public CallOutcome execute(Invocation call) {
      var _ =
          ExecutorHostGrpc.newBlockingStub(channel)
              .withDeadlineAfter(call.deadline().toMillis(), TimeUnit.MILLISECONDS)
              .handshake(MESSAGE);
      return CallOutcome.done(List.of());
    }

    @Override
    public void close() {
      channel.shutdownNow();
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
