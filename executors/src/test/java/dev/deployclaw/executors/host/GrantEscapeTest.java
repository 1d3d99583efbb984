package dev.deployclaw.executors.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.executors.protocol.v1.Activation;
import dev.deployclaw.executors.protocol.v1.Content;
import dev.deployclaw.executors.protocol.v1.Discard;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.Fence;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Look;
import dev.deployclaw.executors.protocol.v1.Observe;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.Purpose;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.protocol.v1.Share;
import dev.deployclaw.executors.remote.CallSealer;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that a host must refuse, over its real socket. */
class GrantEscapeTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final GrantKey key = GrantKey.random();
  private final CallSealer sealer = new CallSealer(key);
  private final AtomicInteger numbers = new AtomicInteger();
  private ExecutorHostServer host;
  private RawHostClient client;
  private Path socket;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    socket = folder.resolve("host.sock");
    var hosted =
        new HostedExecutors(
            List.of(new EchoExecutor()), Optional.empty(), OperationAllowlist.KERNEL);
    host =
        ExecutorHostServer.start(
            HostSocket.ownersOnly(socket),
            new ExecutorHostServer.Setup(
                new HostIdentity("host", List.of(), ProtocolRevisions.SPOKEN),
                hosted,
                key,
                HostBounds.DEFAULT));
    client = RawHostClient.shaken(socket);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    host.close();
  }

  @Test
  void performsASealedCall() {
    assertThat(execute(sealer.seal(look().build())).hasDone()).isTrue();
  }

  @Test
  void refusesAForgedSeal() {
    var forged = new CallSealer(GrantKey.random()).seal(look().build());

    assertRefused(forged, "its seal is wrong");
  }

  @Test
  void refusesACallWithoutASeal() {
    assertRefused(
        SealedCall.newBuilder().setCall(look().build().toByteString()).build(),
        "its seal is wrong");
  }

  @Test
  void refusesAReplay() {
    var sealed = sealer.seal(look().build());

    assertThat(execute(sealed).hasDone()).isTrue();
    assertRefused(sealed, "its grant was used before");
  }

  @Test
  void refusesEachEditedByte() {
    var sealed = sealer.seal(discard("arch-1").build());
    byte[] bytes = sealed.getCall().toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= 1;
      assertRefused(
          sealed.toBuilder().setCall(ByteString.copyFrom(bytes)).build(), "its seal is wrong");
      bytes[i] ^= 1;
    }
    assertThat(execute(sealed).hasDone()).isTrue();
  }

  @Test
  void refusesTheSealOfAnotherCall() {
    var one = sealer.seal(look().build());
    var other = sealer.seal(discard("arch-1").build());

    assertRefused(other.toBuilder().setSeal(one.getSeal()).build(), "its seal is wrong");
  }

  @Test
  void refusesAnExpiredGrant() {
    var late = look().setExpiresMonotonicNanos(System.nanoTime() - 1).build();

    assertRefused(sealer.seal(late), "its grant expired");
  }

  @Test
  void refusesAnActOfALeaderThatALaterOneFollowed() {
    assertThat(execute(sealer.seal(discard("arch-1", 3))).hasDone()).isTrue();
    assertThat(execute(sealer.seal(discard("arch-2", 4))).hasDone()).isTrue();

    assertRefused(sealer.seal(discard("arch-1", 3)), "of term 3, and one of term 4 acted");
    var looks = look().setFence(Fence.newBuilder().setTerm(3)).build();
    assertThat(execute(sealer.seal(looks)).hasDone()).as("a look").isTrue();
    assertThat(execute(sealer.seal(discard("arch-2", 4))).hasDone()).isTrue();
  }

  @Test
  void refusesAGrantForAnotherExecutor() {
    var elsewhere = look().setExecutor("docker").build();

    assertRefused(sealer.seal(elsewhere), "this host has no such executor");
  }

  @Test
  void refusesAnOperationThatIsNotInTheTable() {
    var unlisted = look().setLook(Look.newBuilder().setVerb("unlisted")).build();
    var share = call().setShare(Share.newBuilder().setGateway("shop")).build();
    var nothing = call().build();

    assertRefused(sealer.seal(unlisted), "this host offers no such operation");
    assertRefused(sealer.seal(share), "this host offers no such operation");
    assertRefused(sealer.seal(nothing), "this host offers no such operation");
  }

  @Test
  void refusesAnActSpelledAsALookAndALookSpelledAsAnAct() {
    var publish = look().setLook(Look.newBuilder().setVerb("publish")).build();

    assertRefused(sealer.seal(publish), "this host offers no such operation");
  }

  @Test
  void refusesActsWithoutAnExecution() {
    var publish = call().setPurpose(Purpose.getDefaultInstance());
    var destroy = discard("");

    assertRefused(
        sealer.seal(publish.setPublish(Activation.newBuilder().setEpoch(1)).build()),
        "activate needs an execution");
    assertRefused(sealer.seal(destroy.build()), "destroy needs an execution");
    assertThat(
            execute(sealer.seal(call().setObserve(Observe.getDefaultInstance()).build())).hasDone())
        .isTrue();
  }

  @Test
  void refusesAGrantWithoutANumberOrTime() {
    assertRefused(sealer.seal(look().setGrant("").build()), "no number");
    assertRefused(sealer.seal(look().setTimeoutNanos(0).build()), "no time");
  }

  @Test
  void readsNothingThatIsNotSealed() {
    var garbage = ByteString.copyFromUtf8("\u00ff\u0001garbage");
    var sealed = SealedCall.newBuilder().setCall(garbage);

    assertRefused(sealed.build(), "its seal is wrong");
    assertRefused(
        sealed.setSeal(ByteString.copyFrom(key.seal(garbage.toByteArray()))).build(),
        "it can't be read");
  }

  @Test
  void answersACallOfWrongContentAsInvalid() {
    String sha256 =
        client
            .calls()
            .putContent(Content.newBuilder().setBytes(ByteString.copyFromUtf8("{}")).build())
            .getSha256();
    var stage = call();
    stage.getStageBuilder().setEpoch(1).getSetBuilder().setContentSha256(sha256);

    var outcome = execute(sealer.seal(stage.build()));

    assertThat(outcome.getFault().getKind()).isEqualTo(Fault.Kind.INVALID);
    assertThat(outcome.getFault().getReason()).contains("its content isn't a policy set");
  }

  @Test
  void asksForContentThatItLacks() {
    var stage = call();
    stage.getStageBuilder().setEpoch(1).getSetBuilder().setContentSha256("a".repeat(64));

    assertThat(execute(sealer.seal(stage.build())).getContentNeeded().getSha256List())
        .containsExactly("a".repeat(64));
  }

  @Test
  void performsNothingBeforeTheHandshake() {
    try (var stranger = new RawHostClient(socket)) {
      var sealed = sealer.seal(look().build());

      assertThatThrownBy(() -> stranger.calls().execute(sealed))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("the first call of a connection is Handshake");
      stranger.handshake(1, 1);
      assertThat(stranger.calls().execute(sealed).hasDone()).isTrue();
    }
  }

  @Test
  void opensNothingAfterAHandshakeThatFailed() {
    try (var stranger = new RawHostClient(socket)) {
      assertThat(stranger.handshake(2, 3).getProblem()).contains("speaks revisions 1 to 1");
      assertThatThrownBy(() -> stranger.calls().execute(sealer.seal(look().build())))
          .hasMessageContaining("the first call of a connection is Handshake");
    }
  }

  private GrantedCall.Builder call() {
    return GrantedCall.newBuilder()
        .setGrant("test-" + numbers.incrementAndGet())
        .setExecutor("redis")
        .setTimeoutNanos(MINUTE)
        .setExpiresMonotonicNanos(System.nanoTime() + MINUTE);
  }

  private GrantedCall.Builder look() {
    return call().setLook(Look.newBuilder().setVerb("topology"));
  }

  private GrantedCall.Builder discard(String execution) {
    return call()
        .setPurpose(Purpose.newBuilder().setExecution(execution))
        .setDiscard(Discard.newBuilder().setEpoch(1));
  }

  private GrantedCall discard(String execution, long term) {
    return discard(execution).setFence(Fence.newBuilder().setTerm(term)).build();
  }

  private Outcome execute(SealedCall call) {
    return client.calls().execute(call);
  }

  private void assertRefused(SealedCall call, String why) {
    var outcome = execute(call);
    assertThat(outcome.getFault().getKind()).isEqualTo(Fault.Kind.UNGRANTED);
    assertThat(outcome.getFault().getReason()).contains(why);
  }
}
