package dev.deployclaw.executors.host;

import dev.deployclaw.executors.protocol.v1.Content;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.PutContentReply;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.wire.HandshakeCodec;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.OfferedExecutor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The protocol's calls, each on a virtual thread of its own. */
final class ExecutorHostService extends ExecutorHostGrpc.ExecutorHostImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorHostService.class);

  private final HostIdentity identity;
  private final String incarnation;
  private final List<OfferedExecutor> offered;
  private final ContentCache content;
  private final CallPerformer performer;

  ExecutorHostService(
      HostIdentity identity,
      List<OfferedExecutor> offered,
      ContentCache content,
      CallPerformer performer) {
    this.identity = identity;
    this.incarnation = UUID.randomUUID().toString();
    this.offered = offered;
    this.content = content;
    this.performer = performer;
  }

  @Override
  public void handshake(HandshakeRequest request, StreamObserver<HandshakeReply> out) {
    answer(out, shaken(request));
  }

  private HandshakeReply shaken(HandshakeRequest request) {
    var common =
        identity.revisions().common(request.getOldestRevision(), request.getNewestRevision());
    if (common.isEmpty()) {
      return HandshakeReply.newBuilder()
          .setProblem(
              "this host speaks revisions "
                  + identity.revisions()
                  + " of the protocol, the agent "
                  + request.getOldestRevision()
                  + " to "
                  + request.getNewestRevision())
          .build();
    }
    HandshakeFirst.done();
    LOG.atInfo()
        .addKeyValue("agent", request.getAgent())
        .addKeyValue("revision", common.get())
        .log("agent connected");
    return HandshakeCodec.encode(
        new HostDescription(
            identity.build(), incarnation, common.get(), offered, identity.isolation()));
  }

  @Override
  public void putContent(Content request, StreamObserver<PutContentReply> out) {
    String sha256 = content.put(request.getBytes().toByteArray());
    answer(out, PutContentReply.newBuilder().setSha256(sha256).build());
  }

  @Override
  public void execute(SealedCall request, StreamObserver<Outcome> out) {
    answer(out, performer.perform(request));
  }

  /** To an agent that gave up, nothing is said. */
  private static <T> void answer(StreamObserver<T> out, T message) {
    if (out instanceof ServerCallStreamObserver<T> call && call.isCancelled()) {
      return;
    }
    out.onNext(message);
    out.onCompleted();
  }
}
