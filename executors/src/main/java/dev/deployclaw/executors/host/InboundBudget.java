package dev.deployclaw.executors.host;

import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes that a host holds of all calls: each call's from their arrival until it is over and its
 * thread has left it. A call that doesn't fit is refused while it arrives. Small calls always fit,
 * so a flood of large ones leaves room for other callers. For any thread.
 */
final class InboundBudget extends ServerStreamTracer.Factory implements ServerInterceptor {
  /** Of each call, not counted: the bounds of connections and calls bound these. */
  static final int SMALL_BYTES = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(InboundBudget.class);
  private static final Context.Key<CallBytes> CALL = Context.key("bytes");

  /** gRPC logs each refusal with its stack; kept here, as the JDK forgets loggers. */
  private static final java.util.logging.Logger GRPC =
      java.util.logging.Logger.getLogger("io.grpc.netty.NettyServerStream");

  static {
    GRPC.setFilter(entry -> !(entry.getThrown() instanceof TooManyBytesException));
  }

  private final long most;
  private long used;
  private boolean told;

  InboundBudget(HostBounds bounds) {
    this.most = bounds.inboundBytes();
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new CallBytes();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var bytes = Objects.requireNonNull(CALL.get(), "each call has a tracer");
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onHalfClose() {
        bytes.hold();
        try {
          super.onHalfClose();
        } finally {
          bytes.leave();
        }
      }
    };
  }

  private synchronized boolean take(long bytes) {
    if (used + bytes <= most) {
      used += bytes;
      return true;
    }
    if (!told) {
      told = true;
      LOG.atWarn().addKeyValue("most", most).log("calls refused: they have too many bytes in all");
    }
    return false;
  }

  private synchronized void giveBack(long bytes) {
    used -= bytes;
    told &= used > 0;
  }

  private static final class TooManyBytesException extends StatusRuntimeException {
    TooManyBytesException(long most) {
      super(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "the executor host holds as many bytes of calls as it may, %d: ask again later"
                  .formatted(most)));
    }
  }

  /** Of one call. gRPC stops to read where this throws, and answers with the status. */
  private final class CallBytes extends ServerStreamTracer {
    private long arrived;
    private long taken;
    private int holders = 1;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(CALL, this);
    }

    @Override
    public synchronized void inboundWireSize(long bytes) {
      arrived += bytes;
      long more = Math.max(0, arrived - SMALL_BYTES) - taken;
      if (!take(more)) {
        throw new TooManyBytesException(most);
      }
      taken += more;
    }

    synchronized void hold() {
      holders++;
    }

    synchronized void leave() {
      holders--;
      if (holders == 0) {
        giveBack(taken);
        taken = 0;
      }
    }

    @Override
    public void streamClosed(Status status) {
      leave();
    }
  }
}
