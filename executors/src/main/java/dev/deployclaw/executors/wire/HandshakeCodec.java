package dev.deployclaw.executors.wire;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.executors.protocol.v1.ExecutorDescription;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.IsolationLayer;
import dev.deployclaw.executors.protocol.v1.OperationDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a host says of itself as a message and back. */
public final class HandshakeCodec {
  private static final int MOST_EXECUTORS = 64;

  private HandshakeCodec() {}

  public static HandshakeReply encode(HostDescription host) {
    return HandshakeReply.newBuilder()
        .setRevision(host.revision())
        .setHost(host.build())
        .setIncarnation(host.incarnation())
        .addAllExecutors(host.executors().stream().map(HandshakeCodec::executor).toList())
        .addAllIsolation(host.isolation().stream().map(HandshakeCodec::layer).toList())
        .build();
  }

  private static ExecutorDescription executor(OfferedExecutor executor) {
    var out = ExecutorDescription.newBuilder().setName(executor.name());
    executor
        .operations()
        .forEach((verb, effect) ->
            out.addOperations(
                OperationDescription.newBuilder().setVerb(verb).setEffect(effect(effect))));
    return out.build();
  }

  private static IsolationLayer layer(IsolationFinding layer) {
    return IsolationLayer.newBuilder()
        .setName(layer.name())
        .setEnforced(layer.enforced())
        .setDetail(layer.detail())
        .build();
  }

  private static dev.deployclaw.executors.protocol.v1.EffectClass effect(EffectClass effect) {
    return switch (effect) {
      case OBSERVE -> dev.deployclaw.executors.protocol.v1.EffectClass.OBSERVE;
      case STAGE -> dev.deployclaw.executors.protocol.v1.EffectClass.STAGE;
      case ACTIVATE -> dev.deployclaw.executors.protocol.v1.EffectClass.ACTIVATE;
      case DESTROY -> dev.deployclaw.executors.protocol.v1.EffectClass.DESTROY;
    };
  }

  /** How a reply is read: who the host is, or what is wrong with it. */
  public sealed interface Read {
    record Host(HostDescription description) implements Read {}

    record Problem(String reason) implements Read {}
  }

  /**
   * @param spoken by this side
   */
  public static Read decode(HandshakeReply reply, ProtocolRevisions spoken) {
    int revision = reply.getRevision();
    if (revision == 0) {
      return new Read.Problem("the executor host refused the handshake: " + reply.getProblem());
    }
    if (revision < spoken.oldest() || revision > spoken.newest()) {
      return new Read.Problem(
          "the executor host chose revision " + revision + "; spoken are " + spoken);
    }
    if (reply.getIncarnation().isEmpty() || reply.getExecutorsCount() > MOST_EXECUTORS) {
      return new Read.Problem("the executor host's handshake names no start, or too much");
    }
    try {
      var executors = new ArrayList<OfferedExecutor>();
      for (var each : reply.getExecutorsList()) {
        executors.add(executor(each));
      }
      return new Read.Host(
          new HostDescription(
              reply.getHost(), reply.getIncarnation(), revision, executors, isolation(reply)));
    } catch (UnreadableMessageException e) {
      return new Read.Problem(e.reason());
    }
  }

  private static List<IsolationFinding> isolation(HandshakeReply reply) {
    return reply.getIsolationList().stream()
        .map(l -> new IsolationFinding(l.getName(), l.getEnforced(), l.getDetail()))
        .toList();
  }

  private static OfferedExecutor executor(ExecutorDescription message)
      throws UnreadableMessageException {
    var operations = new TreeMap<String, EffectClass>();
    for (var each : message.getOperationsList()) {
      operations.put(each.getVerb(), effect(message.getName(), each));
    }
    return new OfferedExecutor(message.getName(), operations);
  }

  private static EffectClass effect(String executor, OperationDescription operation)
      throws UnreadableMessageException {
    return switch (operation.getEffect()) {
      case OBSERVE -> EffectClass.OBSERVE;
      case STAGE -> EffectClass.STAGE;
      case ACTIVATE -> EffectClass.ACTIVATE;
      case DESTROY -> EffectClass.DESTROY;
      case EFFECT_CLASS_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnreadableMessageException(
              executor + "." + operation.getVerb() + " declares no known effect");
    };
  }
}
