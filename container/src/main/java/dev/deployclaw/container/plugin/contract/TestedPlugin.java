package dev.deployclaw.container.plugin.contract;

import com.google.protobuf.ByteString;
import dev.deployclaw.container.plugin.contract.TestedProcess.Start;
import dev.deployclaw.container.plugin.contract.TestedProcess.StartFailedException;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.executors.protocol.v1.ExecutorDescription;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.Fence;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.Look;
import dev.deployclaw.executors.protocol.v1.Observe;
import dev.deployclaw.executors.protocol.v1.OperationDescription;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.Purpose;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.policy.json.CanonicalJson;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The plugin, running, and whatever is sent to it. Terms and epochs begin at the present time, so
 * that they are newer than those of an earlier test at the same back end. For one thread.
 */
final class TestedPlugin implements AutoCloseable {
  private static final int REVISION = 1;
  private static final int MOST_CONTENTS = 4;
  private static final Duration GRANT = Duration.ofSeconds(30);
  private static final Duration CALL = Duration.ofSeconds(15);

  private final Start start;
  private final AnswerBounds answers = new AnswerBounds();
  private final Map<String, byte[]> contents = new HashMap<>();
  private TestedProcess process;
  private PluginChannel channel;
  private HandshakeReply who;
  private long grants;
  private long term = System.currentTimeMillis();
  private long epoch = term;

  private TestedPlugin(Start start, TestedProcess process) {
    this.start = start;
    this.process = process;
    this.channel = new PluginChannel(process.socket());
    this.who = HandshakeReply.getDefaultInstance();
  }

  static TestedPlugin of(Start start) throws StartFailedException, InterruptedException {
    var plugin = new TestedPlugin(start, start.process());
    plugin.meet();
    return plugin;
  }

  private void meet() throws StartFailedException {
    try {
      who = channel.handshake(REVISION, REVISION);
    } catch (StatusRuntimeException e) {
      throw new StartFailedException("it doesn't answer the handshake: " + e.getMessage());
    }
  }

  /** As a crash does it. */
  void kill() throws InterruptedException {
    process.process().kill();
    channel.close();
  }

  /** Starts it again after it was killed. */
  void startAgain() throws StartFailedException, InterruptedException {
    process = start.process();
    channel = new PluginChannel(process.socket());
    meet();
  }

  void restart() throws StartFailedException, InterruptedException {
    kill();
    startAgain();
  }

  boolean isAlive() {
    return process.process().isAlive();
  }

  /** Whether it ended by itself when its standard input did. */
  boolean end() throws InterruptedException {
    channel.close();
    return process.process().end();
  }

  /** What it said of itself at its last start. */
  HandshakeReply who() {
    return who;
  }

  HandshakeReply handshake(int oldest, int newest) {
    return channel.handshake(oldest, newest);
  }

  ExecutorDescription executor() {
    return who.getExecutorsCount() == 0
        ? ExecutorDescription.getDefaultInstance()
        : who.getExecutors(0);
  }

  boolean participates() {
    return verbs().containsAll(BackendExecutor.PARTICIPANT_VERBS);
  }

  /** The declared verbs. */
  Set<String> verbs() {
    return executor().getOperationsList().stream()
        .map(OperationDescription::getVerb)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What its answers looked like so far. */
  AnswerBounds answers() {
    return answers;
  }

  long term() {
    return term;
  }

  /** Another leader, newer than all before. */
  long newTerm() {
    return ++term;
  }

  /** An epoch that was never used. */
  long newEpoch() {
    return ++epoch;
  }

  /** A call with all that a grant needs, of the present leader. */
  GrantedCall.Builder draft() {
    return GrantedCall.newBuilder()
        .setGrant("test-" + ++grants)
        .setPurpose(Purpose.newBuilder().setExecution("plugin-test").setStep(1))
        .setExecutor(executor().getName())
        .setFence(Fence.newBuilder().setLeader("plugin-test").setTerm(term))
        .setTimeoutNanos(CALL.toNanos())
        .setExpiresMonotonicNanos(System.nanoTime() + GRANT.toNanos());
  }

  GrantedCall.Builder looking() {
    if (participates()) {
      return draft().setObserve(Observe.getDefaultInstance());
    }
    String verb = verbs().stream().sorted().findFirst().orElse("observe");
    return draft().setLook(Look.newBuilder().setVerb(verb).setArguments("{}"));
  }

  SealedCall sealed(GrantedCall.Builder call) {
    return sealed(call.build().toByteArray());
  }

  /** The seal of the plugin's own key. */
  SealedCall sealed(byte[] call) {
    return SealedCall.newBuilder()
        .setCall(ByteString.copyFrom(call))
        .setSeal(ByteString.copyFrom(process.key().seal(call)))
        .build();
  }

  /** Keeps content until the plugin asks for it. */
  String holds(byte[] bytes) {
    String sha256 = CanonicalJson.sha256(bytes);
    contents.put(sha256, bytes);
    return sha256;
  }

  /** Sends it once; silence is a fault of kind UNKNOWN. */
  Outcome send(SealedCall call) {
    try {
      var outcome = channel.execute(call);
      answers.note(outcome);
      return outcome;
    } catch (StatusRuntimeException e) {
      return Outcome.newBuilder()
          .setFault(
              Fault.newBuilder()
                  .setKind(Fault.Kind.UNKNOWN)
                  .setReason("no answer: " + e.getStatus()))
          .build();
    }
  }

  Outcome send(GrantedCall.Builder call) {
    return send(sealed(call));
  }

  /** Sends it, and the content that it asks for, as the agent does. */
  Outcome perform(GrantedCall.Builder call) {
    var outcome = send(call);
    for (int puts = 0; puts < MOST_CONTENTS && outcome.hasContentNeeded(); puts++) {
      for (String sha256 : outcome.getContentNeeded().getSha256List()) {
        channel.put(contents.getOrDefault(sha256, new byte[0]));
      }
      outcome = send(call.setGrant("test-" + ++grants));
    }
    return outcome;
  }

  @Override
  public void close() {
    channel.close();
    try {
      process.process().kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
