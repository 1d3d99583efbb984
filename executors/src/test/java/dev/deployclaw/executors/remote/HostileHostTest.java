package dev.deployclaw.executors.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.protocol.v1.ContentNeeded;
import dev.deployclaw.executors.protocol.v1.Done;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import io.grpc.KnownLength;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent makes of a host that doesn't keep to the protocol. */
class HostileHostTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Its bytes are written to memory outside the heap, which other tests of this JVM share. */
  private static final int TOO_LARGE = HostConnection.MOST_MESSAGE_BYTES + 1;

  private static final HandshakeReply REPLY = reply(1);
  private static final ExecutorCall PUBLISH =
      new ExecutorCall.Publish(Activations.of(SampleSets.of(1), 5));

  private Path socket;

  @BeforeEach
  void place(@TempDir Path folder) {
    socket = folder.resolve("host.sock");
  }

  @Test
  void refusesAnAnswerThatIsTooLargeAndServesOn() throws Exception {
    HostileHost.Answering large =
        (call, out) -> {
          var verb = GrantedCall.parseFrom(call.getCall()).getLook().getVerb();
          answer(
              out,
              verb.equals("large")
                  ? new Zeros(TOO_LARGE)
                  : bytes(Outcome.newBuilder().setDone(Done.getDefaultInstance()).build()));
        };
    try (var _ = HostileHost.start(socket, REPLY, large);
        var connection = connection()) {
      assertThat(fault(call(connection, look("large"))))
          .isInstanceOf(CallFault.Unavailable.class)
          .extracting(CallFault::reason)
          .asString()
          .contains("exceeds maximum size");
      assertThat(call(connection, look("small"))).isInstanceOf(CallOutcome.Done.class);
    }
  }

  @Test
  void takesNonsenseForAnUnknownOutcome() throws Exception {
    for (var nonsense :
        List.of(
            new byte[] {-1, -1, -1},
            new byte[0],
            Outcome.newBuilder().setDone(Done.newBuilder().setFacts("[1")).build().toByteArray())) {
      Path own = socket.resolveSibling("host" + nonsense.length);
      HostileHost.Answering answering = (_, out) -> answer(out, new ByteArrayInputStream(nonsense));
      try (var _ = HostileHost.start(own, REPLY, answering);
          var connection = connection(own, ProtocolRevisions.SPOKEN)) {
        assertThat(fault(call(connection, PUBLISH))).isInstanceOf(CallFault.Unknown.class);
        assertThat(fault(call(connection, look("topology"))))
            .isInstanceOf(CallFault.Unavailable.class);
        var objects = new RemoteObjectStore(connection, DEADLINE, name -> name);
        assertThat(objects.create("name", new byte[1]))
            .isInstanceOfSatisfying(
                ObjectStore.Put.Failed.class,
                failed -> assertThat(failed.fault()).isInstanceOf(CallFault.Unknown.class));
        assertThat(objects.read("name")).isInstanceOf(ObjectStore.Get.Failed.class);
      }
    }
  }

  @Test
  void neverSendsAnActAgainThatWasNotAnswered() throws Exception {
    HostileHost.Answering broken = (_, out) -> out.onError(new IllegalStateException("broken"));
    try (var host = HostileHost.start(socket, REPLY, broken);
        var connection = connection()) {
      assertThat(fault(call(connection, PUBLISH))).isInstanceOf(CallFault.Unknown.class);
      assertThat(host.calls()).isEqualTo(1);
    }
  }

  @Test
  void givesEachCallItsOwnAnswerInWhateverOrderTheyCome() throws Exception {
    int calls = 8;
    Map<String, StreamObserver<InputStream>> waiting = new ConcurrentHashMap<>();
    var all = new CountDownLatch(calls);
    HostileHost.Answering holding =
        (call, out) -> {
          waiting.put(GrantedCall.parseFrom(call.getCall()).getLook().getVerb(), out);
          all.countDown();
        };
    try (var _ = HostileHost.start(socket, REPLY, holding);
        var connection = connection();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<CallOutcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        String verb = "look-" + i;
        outcomes.add(threads.submit(() -> call(connection, look(verb))));
      }
      all.await();
      var order = new ArrayList<>(waiting.keySet());
      Collections.sort(order, Collections.reverseOrder());
      for (String verb : order) {
        var done = Done.newBuilder().setFacts("{\"verb\":\"" + verb + "\"}");
        answer(
            Objects.requireNonNull(waiting.get(verb)),
            bytes(Outcome.newBuilder().setDone(done).build()));
      }
      for (int i = 0; i < calls; i++) {
        assertThat(((CallOutcome.Done) outcomes.get(i).get()).facts())
            .containsEntry("verb", "look-" + i);
      }
    }
  }

  @Test
  void sendsNothingThatTheCallDoesNotName() throws Exception {
    var asks =
        Outcome.newBuilder()
            .setContentNeeded(ContentNeeded.newBuilder().addSha256("a".repeat(64)))
            .build();
    try (var host = HostileHost.start(socket, REPLY, (_, out) -> answer(out, bytes(asks)));
        var connection = connection()) {
      assertThat(fault(call(connection, PUBLISH)))
          .isInstanceOf(CallFault.Invalid.class)
          .extracting(CallFault::reason)
          .asString()
          .contains("what the call doesn't name");
      assertThat(host.calls()).isEqualTo(1);
    }
  }

  @Test
  void aYesToAnotherDigestIsANo() throws Exception {
    try (var _ = HostileHost.start(socket, REPLY, yes("redis/a", "0".repeat(64)));
        var connection = connection()) {
      assertThat(((CallOutcome.Done) call(connection, PUBLISH)).reports())
          .containsExactly(
              MemberReport.no("redis/a", "says YES to another digest: " + "0".repeat(64)));
    }
  }

  @Test
  void theAnswerOfAnotherExecutorsMemberIsAnUnknownOutcome() throws Exception {
    var digest = Activations.of(SampleSets.of(1), 5).digest();
    try (var _ = HostileHost.start(socket, REPLY, yes("redisx/a", digest));
        var connection = connection()) {
      assertThat(fault(call(connection, PUBLISH)))
          .isEqualTo(
              new CallFault.Unknown(
                  "the executor host answers for redisx/a, which isn't of redis"));
    }
  }

  @Test
  void aMemberThatTheConfigurationDoesNotNameIsAnUnknownOutcome() throws Exception {
    var digest = Activations.of(SampleSets.of(1), 5).digest();
    for (String invented : List.of("redis/c", "redis")) {
      try (var _ = HostileHost.start(place(invented), REPLY, yes(invented, digest));
          var connection = connection(place(invented), ProtocolRevisions.SPOKEN)) {
        assertThat(fault(of(connection, "redis/a", "redis/b")))
            .isEqualTo(
                new CallFault.Unknown(
                    "the executor host answers for %s, which isn't of redis".formatted(invented)));
      }
    }
  }

  @Test
  void aMemberThatTheHostLeavesOutIsUnknown() throws Exception {
    var digest = Activations.of(SampleSets.of(1), 5).digest();
    try (var _ = HostileHost.start(socket, REPLY, yes("redis/a", digest));
        var connection = connection()) {
      assertThat(((CallOutcome.Done) of(connection, "redis/a", "redis/b")).reports())
          .containsExactly(
              MemberReport.yes("redis/a", digest, Map.of()),
              MemberReport.unknown("redis/b", "the executor host leaves it out"));
    }
  }

  @Test
  void aMemberThatAnswersTwiceIsAnUnknownOutcome() throws Exception {
    var digest = Activations.of(SampleSets.of(1), 5).digest();
    try (var _ = HostileHost.start(socket, REPLY, yes(List.of("redis/a", "redis/a"), digest));
        var connection = connection()) {
      assertThat(fault(call(connection, PUBLISH)))
          .isEqualTo(new CallFault.Unknown("the executor host answers twice for redis/a"));
    }
  }

  private Path place(String name) {
    return socket.resolveSibling(name.replace('/', '-'));
  }

  private static CallOutcome of(HostConnection connection, String... members)
      throws InterruptedException {
    var offered = OfferedExecutor.of("redis", Map.of());
    return new RemoteExecutor(connection, offered, Optional.of(Set.of(members)))
        .execute(new Invocation("redis", PUBLISH, FencingToken.NONE, DEADLINE));
  }

  private static HostileHost.Answering yes(String member, String digest) {
    return yes(List.of(member), digest);
  }

  private static HostileHost.Answering yes(List<String> members, String digest) {
    var done = Done.newBuilder().setFacts("{}");
    for (String member : members) {
      done.addReportsBuilder()
          .setMember(member)
          .setAnswer(dev.deployclaw.executors.protocol.v1.MemberReport.Answer.YES)
          .setDigest(digest)
          .setFacts("{}");
    }
    return (_, out) -> answer(out, bytes(Outcome.newBuilder().setDone(done).build()));
  }

  @Test
  void givesUpOnAHostThatNeverKeepsContent() throws Exception {
    HostileHost.Answering forgetful =
        (call, out) -> {
          var set = GrantedCall.parseFrom(call.getCall()).getPublish().getSet();
          answer(
              out,
              bytes(
                  Outcome.newBuilder()
                      .setContentNeeded(
                          ContentNeeded.newBuilder().addSha256(set.getContentSha256()))
                      .build()));
        };
    try (var host = HostileHost.start(socket, REPLY, forgetful);
        var connection = connection()) {
      assertThat(fault(call(connection, PUBLISH))).isInstanceOf(CallFault.Unavailable.class);
      assertThat(host.calls()).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void speaksTheNewestRevisionThatBothSpeak() throws Exception {
    var newer = new ProtocolRevisions(1, 2);
    try (var _ = HostileHost.start(socket, reply(1), (_, _) -> {});
        var connection = connection(socket, newer)) {
      assertThat(connection.greet())
          .isInstanceOfSatisfying(
              HostGreeting.Met.class, met -> assertThat(met.host().revision()).isEqualTo(1));
    }
  }

  @Test
  void refusesARevisionThatItDoesNotSpeak() throws Exception {
    try (var _ = HostileHost.start(socket, reply(3), (_, _) -> {});
        var connection = connection()) {
      assertThat(connection.greet())
          .isInstanceOfSatisfying(
              HostGreeting.Incompatible.class,
              problem -> assertThat(problem.reason()).contains("chose revision 3"));
      assertThat(fault(call(connection, PUBLISH))).isInstanceOf(CallFault.Invalid.class);
    }
  }

  private static HandshakeReply reply(int revision) {
    return HandshakeReply.newBuilder().setRevision(revision).setIncarnation("start").build();
  }

  private static ExecutorCall look(String verb) {
    return new ExecutorCall.Look(verb, Map.of());
  }

  private HostConnection connection() {
    return connection(socket, ProtocolRevisions.SPOKEN);
  }

  private static HostConnection connection(Path socket, ProtocolRevisions revisions) {
    var key = GrantKey.random();
    return HostConnection.of(new HostAddress(socket, () -> key, "agent", revisions));
  }

  private static CallOutcome call(HostConnection connection, ExecutorCall call)
      throws InterruptedException {
    return new RemoteExecutor(connection, OfferedExecutor.of("redis", Map.of()), Optional.empty())
        .execute(new Invocation("redis", call, FencingToken.NONE, DEADLINE));
  }

  private static CallFault fault(CallOutcome outcome) {
    return ((CallOutcome.Failed) outcome).fault();
  }

  private static void answer(StreamObserver<InputStream> out, InputStream bytes) {
    out.onNext(bytes);
    out.onCompleted();
  }

  private static InputStream bytes(Outcome outcome) {
    return new ByteArrayInputStream(outcome.toByteArray());
  }

  /** As many bytes as one says, made when they are read. */
  private static final class Zeros extends InputStream implements KnownLength {
    private int left;

    Zeros(int length) {
      this.left = length;
    }

    @Override
    public int available() {
      return left;
    }

    @Override
    public int read() throws IOException {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (left == 0) {
        return -1;
      }
      int read = Math.min(left, length);
      left -= read;
      return read;
    }
  }
}
