package dev.deployclaw.executors.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.host.RecordedConversation.Exchange;
import dev.deployclaw.executors.protocol.v1.Content;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.remote.RemoteExecutor;
import dev.deployclaw.executors.remote.RemoteObjectStore;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.DecodedCall;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.OutcomeCodec;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each revision that is spoken, by a conversation that was recorded when it was the newest: the
 * host of today answers its agent as its host did, and the agent of today says to its host what its
 * agent said. A new revision records its own; those of the others are never recorded again.
 */
class RecordedConversationTest {
  private static final GrantKey KEY = GrantKey.ofHex("5".repeat(64));
  private static final FencingToken FENCE = new FencingToken("leader", 7);
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  /** Grants of a recorded call are good on any machine. */
  private static final Duration DECADES = Duration.ofDays(365L * 90);

  @TempDir Path folder;
  private Path socket;

  @BeforeEach
  void place() {
    socket = folder.resolve("host.sock");
  }

  static IntStream revisions() {
    var spoken = ProtocolRevisions.SPOKEN;
    return IntStream.rangeClosed(spoken.oldest(), spoken.newest());
  }

  @Test
  void theRevisionBeforeTheNewestIsSpoken() {
    var spoken = ProtocolRevisions.SPOKEN;

    assertThat(spoken.oldest()).isLessThanOrEqualTo(Math.max(1, spoken.newest() - 1));
  }

  @ParameterizedTest
  @MethodSource("revisions")
  void theHostAnswersAnAgentOfEachRevisionAsItsHostDid(int revision) throws Exception {
    var then = conversation(revision);
    try (var _ = host(socket);
        var client = new RawHostClient(socket)) {
      for (var exchange : then.exchanges()) {
        byte[] now = client.send(exchange.method(), exchange.request());

        assertThat(meaning(exchange.method(), now))
            .isEqualTo(meaning(exchange.method(), exchange.reply()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("revisions")
  void theAgentSaysToAHostOfEachRevisionWhatItsAgentSaid(int revision) throws Exception {
    var then = conversation(revision);
    var content = new ContentCache();
    var replies = new HashMap<Message, Queue<byte[]>>();
    for (var exchange : then.exchanges()) {
      var key = bare(exchange.method(), exchange.request());
      replies.computeIfAbsent(key, _ -> new ArrayDeque<>()).add(exchange.reply());
      if (exchange.method().equals("PutContent")) {
        String _ = content.put(Content.parseFrom(exchange.request()).getBytes().toByteArray());
      }
    }
    RawHostServer.Replies recorded =
        (method, request) ->
            Objects.requireNonNull(replies.get(bare(method, request)), "never said").remove();
    try (var _ = RawHostServer.start(socket, recorded);
        var connection = agent(socket, ProtocolRevisions.SPOKEN)) {
      for (var exchange : then.exchanges()) {
        if (exchange.method().equals("Execute")) {
          var outcome = Outcome.parseFrom(exchange.reply());
          if (!outcome.hasContentNeeded()) {
            assertSaid(connection, call(exchange.request()), content, outcome);
          }
        }
      }
    }
    replies.remove(bare("Handshake", new byte[0]));
    assertThat(replies.values()).allSatisfy(left -> assertThat(left).isEmpty());
  }

  /** The agent makes that call again, and reads the host's answer as it was meant. */
  private static void assertSaid(
      HostConnection connection, GrantedCall call, ContentCache content, Outcome outcome)
      throws InterruptedException {
    var objects = new RemoteObjectStore(connection, DEADLINE, name -> name);
    switch (CallCodec.decode(call, content)) {
      case DecodedCall.ForExecutor(var said) ->
          assertThat(perform(connection, said, DEADLINE))
              .isEqualTo(OutcomeCodec.decode(outcome, EffectClass.of(said)));
      case DecodedCall.ForCreate(var name, var bytes) ->
          assertThat(objects.create(name, bytes)).isEqualTo(OutcomeCodec.decodePut(outcome));
      case DecodedCall.ForRead(var name) ->
          assertThat(objects.read(name))
              .usingRecursiveComparison()
              .isEqualTo(OutcomeCodec.decodeGet(outcome));
      case DecodedCall.Missing missing -> fail("not recorded: " + missing);
      case DecodedCall.Unreadable unreadable -> fail("can't be read any more: " + unreadable);
    }
  }

  /** One that isn't there yet is made, to be kept. */
  private static RecordedConversation conversation(int revision) throws Exception {
    var file = RecordedConversation.file(revision);
    if (!Files.exists(file)) {
      var made = Files.createTempDirectory("conversation").resolve(file.getFileName());
      recorded(revision).write(made);
      fail("revision " + revision + " has no conversation; keep this one as " + file + ": " + made);
    }
    return RecordedConversation.read(file);
  }

  private static RecordedConversation recorded(int revision) throws Exception {
    var exchanges = Collections.synchronizedList(new ArrayList<Exchange>());
    var folder = Files.createTempDirectory("recorded");
    try (var _ = host(folder.resolve("real"));
        var client = new RawHostClient(folder.resolve("real"));
        var _ =
            RawHostServer.start(
                folder.resolve("tap"),
                (method, request) -> {
                  byte[] reply = client.send(method, request);
                  exchanges.add(new Exchange(method, request, reply));
                  return reply;
                });
        var connection = agent(folder.resolve("tap"), new ProtocolRevisions(revision, revision))) {
      for (var call : calls()) {
        assertThat(perform(connection, call, DECADES)).isInstanceOf(CallOutcome.Done.class);
      }
      var objects = new RemoteObjectStore(connection, DECADES, name -> name);
      assertThat(objects.create("a", new byte[] {1, 2})).isEqualTo(new ObjectStore.Put.Created());
      assertThat(objects.read("a")).isInstanceOf(ObjectStore.Get.Found.class);
      assertThat(objects.read("b")).isEqualTo(new ObjectStore.Get.Absent());
    }
    return new RecordedConversation(exchanges);
  }

  private static List<ExecutorCall> calls() {
    var change = Activations.of(SampleSets.of(2), 5);
    var back = Activations.back(SampleSets.of(1), 6);
    return List.of(
        new ExecutorCall.Look("topology", Map.of("of", List.of("a", "b"), "deep", true)),
        new ExecutorCall.Observe(),
        new ExecutorCall.Stage(change),
        new ExecutorCall.Prepare(change),
        new ExecutorCall.Publish(change),
        new ExecutorCall.Converge(change),
        new ExecutorCall.Lost(change),
        new ExecutorCall.Reassert(change),
        new ExecutorCall.Publish(back),
        new ExecutorCall.Discard(4));
  }

  private static CallOutcome perform(
      HostConnection connection, ExecutorCall call, Duration deadline) throws InterruptedException {
    var grant =
        new Grant("1", new Grant.Purpose("arch-1", "plan", 3), "redis", "", "", Instant.MAX, "");
    return new RemoteExecutor(connection, OfferedExecutor.of("redis", Map.of()), Optional.empty())
        .execute(new Invocation("redis", call, FENCE, deadline).with(grant));
  }

  private static HostConnection agent(Path socket, ProtocolRevisions revisions) {
    return HostConnection.of(new HostAddress(socket, () -> KEY, "agent", revisions));
  }

  private static ExecutorHostServer host(Path socket) throws IOException {
    var hosted =
        new HostedExecutors(
            List.of(new EchoExecutor()), Optional.of(new MemoryStore()), OperationAllowlist.KERNEL);
    var identity = new HostIdentity("host", List.of(), ProtocolRevisions.SPOKEN);
    return ExecutorHostServer.start(
        HostSocket.ownersOnly(socket),
        new ExecutorHostServer.Setup(identity, hosted, KEY, HostBounds.DEFAULT));
  }

  private static GrantedCall call(byte[] sealed) throws InvalidProtocolBufferException {
    return GrantedCall.parseFrom(SealedCall.parseFrom(sealed).getCall());
  }

  /** A request without what differs from one call to the next; of a handshake, nothing. */
  private static Message bare(String method, byte[] request) throws InvalidProtocolBufferException {
    return switch (method) {
      case "Execute" ->
          call(request).toBuilder()
              .clearGrant()
              .clearTimeoutNanos()
              .clearExpiresMonotonicNanos()
              .build();
      case "PutContent" -> Content.parseFrom(request);
      default -> HandshakeReply.getDefaultInstance();
    };
  }

  /** A reply without what differs from one start to the next. */
  private static Object meaning(String method, byte[] reply) throws InvalidProtocolBufferException {
    return switch (method) {
      case "Handshake" ->
          HandshakeReply.parseFrom(reply).toBuilder().clearIncarnation().clearHost().build();
      case "Execute" -> meaning(Outcome.parseFrom(reply));
      default -> HexFormat.of().formatHex(reply);
    };
  }

  private static Object meaning(Outcome outcome) {
    if (OutcomeCodec.decode(outcome, EffectClass.OBSERVE)
        instanceof CallOutcome.Done(var reports, var facts)) {
      var all = new TreeMap<>(facts);
      all.remove("pid");
      return List.of(reports, all);
    }
    return outcome;
  }
}
