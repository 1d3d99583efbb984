package dev.deployclaw.executors.wire;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.protocol.v1.Activation;
import dev.deployclaw.executors.protocol.v1.CreateObject;
import dev.deployclaw.executors.protocol.v1.Discard;
import dev.deployclaw.executors.protocol.v1.Fence;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Look;
import dev.deployclaw.executors.protocol.v1.Observe;
import dev.deployclaw.executors.protocol.v1.Probe;
import dev.deployclaw.executors.protocol.v1.ReadObject;
import dev.deployclaw.executors.protocol.v1.Share;
import dev.deployclaw.executors.protocol.v1.WriteBack;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** Calls as messages and back. What is read may be anything: no message makes it throw. */
public final class CallCodec {
  /** The executor that holds the bucket of objects. */
  public static final String OBJECTS = "s3";

  /** How {@link #verb} spells an object that is created. */
  public static final String CREATE_OBJECT = "create-object";

  /** How {@link #verb} spells an object that is read. */
  public static final String READ_OBJECT = "read-object";

  private CallCodec() {}

  /** A call of an executor. */
  public static EncodedCall encode(Invocation invocation, ContentDigests digests) {
    var contents = new EncodedCall.Contents(digests);
    var message = message(invocation.executor(), invocation.fence());
    put(message, invocation.call(), contents);
    return contents.of(message.build());
  }

  /** The creation of an object. */
  public static EncodedCall create(String name, byte[] bytes) {
    var contents = new EncodedCall.Contents(new ContentDigests());
    String sha256 = contents.named(CanonicalJson.sha256(bytes), () -> bytes);
    var create = CreateObject.newBuilder().setName(name).setSha256(sha256);
    return contents.of(message(OBJECTS, FencingToken.NONE).setCreateObject(create).build());
  }

  /** The read of an object. */
  public static EncodedCall read(String name) {
    var read = ReadObject.newBuilder().setName(name);
    return new EncodedCall.Contents(new ContentDigests())
        .of(message(OBJECTS, FencingToken.NONE).setReadObject(read).build());
  }

  private static GrantedCall.Builder message(String executor, FencingToken fence) {
    return GrantedCall.newBuilder()
        .setExecutor(executor)
        .setFence(Fence.newBuilder().setLeader(fence.leader()).setTerm(fence.term()));
  }

  private static void put(
      GrantedCall.Builder out, ExecutorCall call, EncodedCall.Contents contents) {
    Function<EpochSpec, Activation> epoch = spec -> ActivationCodec.encode(spec, contents);
    switch (call) {
      case ExecutorCall.Look(var verb, var arguments) ->
          out.setLook(Look.newBuilder().setVerb(verb).setArguments(WireJson.text(arguments)));
      case ExecutorCall.Observe _ -> out.setObserve(Observe.getDefaultInstance());
      case ExecutorCall.Stage(var spec) -> out.setStage(epoch.apply(spec));
      case ExecutorCall.Prepare(var spec) -> out.setPrepare(epoch.apply(spec));
      case ExecutorCall.Publish(var spec) -> out.setPublish(epoch.apply(spec));
      case ExecutorCall.Converge(var spec) -> out.setConverge(epoch.apply(spec));
      case ExecutorCall.Discard(long number) ->
          out.setDiscard(Discard.newBuilder().setEpoch(number));
      case ExecutorCall.Probe(var spec, int requests) ->
          out.setProbe(Probe.newBuilder().setActivation(epoch.apply(spec)).setRequests(requests));
      case ExecutorCall.WriteBack(var edits) -> out.setWriteBack(writeBack(edits));
      case ExecutorCall.Lost(var spec) -> out.setLost(epoch.apply(spec));
      case ExecutorCall.Reassert(var spec) -> out.setReassert(epoch.apply(spec));
      case ExecutorCall.Heartbeat(var spec) -> out.setHeartbeat(epoch.apply(spec));
      case ExecutorCall.Share(var gateway) -> out.setShare(Share.newBuilder().setGateway(gateway));
    }
  }

  private static WriteBack.Builder writeBack(List<ExecutorCall.WriteBack.Edit> edits) {
    var out = WriteBack.newBuilder();
    for (var edit : edits) {
      out.addEditsBuilder()
          .setExecution(edit.execution())
          .setMember(edit.member())
          .setDigest(edit.digest())
          .setText(edit.text());
    }
    return out;
  }

  /** The verb of a message, before its content is read; empty where it has no known call. */
  public static String verb(GrantedCall message) {
    return switch (message.getCallCase()) {
      case LOOK -> message.getLook().getVerb();
      case OBSERVE -> "observe";
      case STAGE -> "stage";
      case PREPARE -> "prepare";
      case PUBLISH -> "publish";
      case CONVERGE -> "converge";
      case DISCARD -> "discard";
      case PROBE -> "probe";
      case WRITE_BACK -> "write-back";
      case LOST -> "lost";
      case REASSERT -> "reassert";
      case SHARE -> "share";
      case HEARTBEAT -> "heartbeat";
      case CREATE_OBJECT -> CREATE_OBJECT;
      case READ_OBJECT -> READ_OBJECT;
      case CALL_NOT_SET -> "";
    };
  }

  /** What a message's call does, from its kind alone. One of no known kind could do anything. */
  public static EffectClass effect(GrantedCall message) {
    return switch (message.getCallCase()) {
      case LOOK, OBSERVE, CONVERGE, LOST, READ_OBJECT -> EffectClass.OBSERVE;
      case STAGE, PREPARE, PROBE, HEARTBEAT, CREATE_OBJECT -> EffectClass.STAGE;
      case PUBLISH, REASSERT, WRITE_BACK, SHARE -> EffectClass.ACTIVATE;
      case DISCARD, CALL_NOT_SET -> EffectClass.DESTROY;
    };
  }

  public static DecodedCall decode(GrantedCall message, ContentSource content) {
    try {
      return switch (message.getCallCase()) {
        case LOOK ->
            decoded(
                new ExecutorCall.Look(
                    message.getLook().getVerb(),
                    WireJson.object(message.getLook().getArguments())));
        case OBSERVE -> decoded(new ExecutorCall.Observe());
        case STAGE -> epoch(message.getStage(), content, ExecutorCall.Stage::new);
        case PREPARE -> epoch(message.getPrepare(), content, ExecutorCall.Prepare::new);
        case PUBLISH -> epoch(message.getPublish(), content, ExecutorCall.Publish::new);
        case CONVERGE -> epoch(message.getConverge(), content, ExecutorCall.Converge::new);
        case DISCARD -> decoded(new ExecutorCall.Discard(message.getDiscard().getEpoch()));
        case PROBE -> {
          int requests = message.getProbe().getRequests();
          yield epoch(
              message.getProbe().getActivation(),
              content,
              spec -> new ExecutorCall.Probe(spec, requests));
        }
        case WRITE_BACK -> decoded(new ExecutorCall.WriteBack(edits(message.getWriteBack())));
        case LOST -> epoch(message.getLost(), content, ExecutorCall.Lost::new);
        case REASSERT -> epoch(message.getReassert(), content, ExecutorCall.Reassert::new);
        case SHARE -> decoded(new ExecutorCall.Share(message.getShare().getGateway()));
        case HEARTBEAT -> epoch(message.getHeartbeat(), content, ExecutorCall.Heartbeat::new);
        case CREATE_OBJECT -> create(message.getCreateObject(), content);
        case READ_OBJECT -> new DecodedCall.ForRead(message.getReadObject().getName());
        case CALL_NOT_SET -> new DecodedCall.Unreadable("it has no call that this revision knows");
      };
    } catch (UnreadableMessageException e) {
      return new DecodedCall.Unreadable(e.reason());
    }
  }

  private static DecodedCall decoded(ExecutorCall call) {
    return new DecodedCall.ForExecutor(call);
  }

  private static DecodedCall epoch(
      Activation message, ContentSource content, Function<EpochSpec, ExecutorCall> kind)
      throws UnreadableMessageException {
    var missing = new TreeSet<String>();
    return ActivationCodec.decode(message, content, missing)
        .map(spec -> decoded(kind.apply(spec)))
        .orElseGet(() -> new DecodedCall.Missing(List.copyOf(missing)));
  }

  private static DecodedCall create(CreateObject message, ContentSource content) {
    return content
        .bytes(message.getSha256())
        .<DecodedCall>map(bytes -> new DecodedCall.ForCreate(message.getName(), bytes))
        .orElseGet(() -> new DecodedCall.Missing(List.of(message.getSha256())));
  }

  private static List<ExecutorCall.WriteBack.Edit> edits(WriteBack message) {
    return message.getEditsList().stream()
        .map(edit ->
            new ExecutorCall.WriteBack.Edit(
                edit.getExecution(), edit.getMember(), edit.getDigest(), edit.getText()))
        .toList();
  }
}
