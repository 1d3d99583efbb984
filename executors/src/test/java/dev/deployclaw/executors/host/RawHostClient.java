package dev.deployclaw.executors.host;

import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.remote.HostChannel;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A client that sends whatever a test wants. */
final class RawHostClient implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ManagedChannel channel;

  RawHostClient(Path socket) {
    this.channel = HostChannel.to(socket, loop).build();
  }

  /** One that shook hands. */
  static RawHostClient shaken(Path socket) {
    var client = new RawHostClient(socket);
    client.handshake(1, 1);
    return client;
  }

  HandshakeReply handshake(int oldest, int newest) {
    return calls()
        .handshake(
            HandshakeRequest.newBuilder()
                .setOldestRevision(oldest)
                .setNewestRevision(newest)
                .setAgent("raw")
                .build());
  }

  /** Sends a message as it is; returns what comes back. */
  byte[] send(String method, byte[] message) {
    var options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    return ClientCalls.blockingUnaryCall(channel, RawHostServer.method(method), options, message);
  }

  ExecutorHostGrpc.ExecutorHostBlockingStub calls() {
    return ExecutorHostGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  ExecutorHostGrpc.ExecutorHostFutureStub futures() {
    return ExecutorHostGrpc.newFutureStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
