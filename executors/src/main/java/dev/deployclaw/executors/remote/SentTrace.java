package dev.deployclaw.executors.remote;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/** Whether anything of one call was sent. */
final class SentTrace extends ClientStreamTracer.Factory {
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
