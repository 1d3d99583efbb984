package dev.deployclaw.executors.host;

import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Refuses each call of a connection before its handshake, so that no agent sends a call to a start
 * of a host that it doesn't know.
 */
final class HandshakeFirst extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<AtomicBoolean> SHAKEN = Attributes.Key.create("shaken");
  private static final Context.Key<AtomicBoolean> CONNECTION = Context.key("shaken");

  @Override
  public Attributes transportReady(Attributes transport) {
    return transport.toBuilder().set(SHAKEN, new AtomicBoolean()).build();
  }

  /** The connection of the present call shook hands. */
  static void done() {
    Objects.requireNonNull(CONNECTION.get(), "each call has a connection").set(true);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var shaken =
        Objects.requireNonNull(
            call.getAttributes().get(SHAKEN), "each connection passed the filter");
    boolean handshake =
        call.getMethodDescriptor()
            .getFullMethodName()
            .equals(ExecutorHostGrpc.getHandshakeMethod().getFullMethodName());
    if (!handshake && !shaken.get()) {
      call.close(
          Status.FAILED_PRECONDITION.withDescription("the first call of a connection is Handshake"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(CONNECTION, shaken), call, headers, next);
  }
}
