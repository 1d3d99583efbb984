package dev.deployclaw.executors.remote;

import com.google.protobuf.ByteString;
import dev.deployclaw.executors.protocol.v1.Content;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.wire.HostDescription;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A connection after its handshake, with one start of a host. For any thread. */
final class HostSession {
  private final ManagedChannel channel;
  private final HostDescription host;
  private final CallSealer sealer;
  private final SentContent sent;

  HostSession(ManagedChannel channel, HostDescription host, CallSealer sealer, SentContent sent) {
    this.channel = channel;
    this.host = host;
    this.sealer = sealer;
    this.sent = sent;
  }

  HostDescription host() {
    return host;
  }

  CallSealer sealer() {
    return sealer;
  }

  SentContent sent() {
    return sent;
  }

  /** Whether the connection that shook hands is still there. */
  boolean connected() {
    return channel.getState(false) == ConnectivityState.READY;
  }

  void close() {
    channel.shutdownNow();
  }

  /** What became of one message. */
  sealed interface Exchange {
    record Replied(Outcome outcome) implements Exchange {}

    /** It surely wasn't acted on: it was never sent, or came before a handshake. */
    record Unsent(String reason) implements Exchange {}

    /** It may have been acted on. */
    record Silent(String reason) implements Exchange {}
  }

  Exchange execute(SealedCall call, Duration timeout) throws InterruptedException {
    var trace = new SentTrace();
    var options = options(timeout).withStreamTracerFactory(trace);
    try {
      return new Exchange.Replied(
          ClientCalls.blockingUnaryCall(
              channel, ExecutorHostGrpc.getExecuteMethod(), options, call));
    } catch (StatusRuntimeException e) {
      stopWhereInterrupted();
      String reason = "the executor host gave no answer: " + words(e.getStatus());
      boolean unacted = !trace.sent() || e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION;
      return unacted ? new Exchange.Unsent(reason) : new Exchange.Silent(reason);
    }
  }

  /** Whether the host keeps the bytes now. */
  boolean put(byte[] bytes, Duration timeout) throws InterruptedException {
    var content = Content.newBuilder().setBytes(ByteString.copyFrom(bytes)).build();
    try {
      ClientCalls.blockingUnaryCall(
          channel, ExecutorHostGrpc.getPutContentMethod(), options(timeout), content);
      return true;
    } catch (StatusRuntimeException e) {
      stopWhereInterrupted();
      return false;
    }
  }

  private static CallOptions options(Duration timeout) {
    return CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** An interrupted call is cancelled by gRPC, which leaves the mark of the interrupt. */
  private static void stopWhereInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  static String words(Status status) {
    String description = status.getDescription();
    String said = description == null ? status.getCode().toString() : description;
    return status.getCause() == null ? said : said + ": " + status.getCause().getMessage();
  }

  /** Whether anything of one call was sent. */
  private static final class SentTrace extends ClientStreamTracer.Factory {
    private volatile boolean sent;

    boolean sent() {
      return sent;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo stream, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void outboundHeaders() {
          sent = true;
        }
      };
    }
  }
}
