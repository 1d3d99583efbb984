package dev.deployclaw.container.plugin.contract;

import com.google.protobuf.ByteString;
import dev.deployclaw.executors.protocol.v1.Content;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.remote.HostChannel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A connection on which anything can be sent, also what no agent sends. */
final class PluginChannel implements AutoCloseable {
  /** What a plugin may answer at most. */
  static final int MOST_ANSWER_BYTES = 16 << 20;

  private static final Duration CALL = Duration.ofSeconds(20);

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ManagedChannel channel;

  PluginChannel(Path socket) {
    this.channel = HostChannel.to(socket, loop).maxInboundMessageSize(MOST_ANSWER_BYTES).build();
  }

  HandshakeReply handshake(int oldest, int newest) {
    return calls()
        .handshake(
            HandshakeRequest.newBuilder()
                .setOldestRevision(oldest)
                .setNewestRevision(newest)
                .setAgent("deployclaw plugin test")
                .build());
  }

  /** The digest that the plugin keeps it by. */
  String put(byte[] bytes) {
    var content = Content.newBuilder().setBytes(ByteString.copyFrom(bytes)).build();
    return calls().putContent(content).getSha256();
  }

  /**
   * @throws StatusRuntimeException where it has no answer, also where the channel is closed
   *     meanwhile
   */
  Outcome execute(SealedCall call) {
    try {
      return calls().execute(call);
    } catch (RejectedExecutionException e) { // by the loop, which can't time it any more
      throw Status.UNAVAILABLE.withCause(e).asRuntimeException();
    }
  }

  private ExecutorHostGrpc.ExecutorHostBlockingStub calls() {
    return ExecutorHostGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(CALL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Calls in flight end first. */
  @Override
  public void close() {
    channel.shutdownNow();
    try {
      var _ = channel.awaitTermination(CALL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
