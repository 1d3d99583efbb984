package dev.deployclaw.executors.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Look;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.remote.CallSealer;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import dev.deployclaw.testkit.BoundedWait;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Too much of everything at a host's socket: it bears what its bounds say and serves on. */
class FloodEscapeTest {
  private static final HostBounds BOUNDS =
      new HostBounds(3, 16, 8, 1 << 20, 4 << 20, Duration.ofMillis(200), Duration.ofMinutes(5), 16);
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int FLOOD = 200;
  private static final int LARGE = 1_000_000;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final GrantKey key = GrantKey.random();
  private final CallSealer sealer = new CallSealer(key);
  private final EchoExecutor echo = new EchoExecutor();
  private ExecutorHostServer host;
  private Path socket;
  private int made;

  @AfterEach
  void stop() throws IOException {
    host.close();
  }

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    socket = folder.resolve("host.sock");
    host = listening(socket, BOUNDS);
  }

  private ExecutorHostServer listening(Path at, HostBounds bounds) throws IOException {
    var hosted = new HostedExecutors(List.of(echo), Optional.empty(), OperationAllowlist.KERNEL);
    var identity = new HostIdentity("host", List.of(), ProtocolRevisions.SPOKEN);
    return ExecutorHostServer.start(
        HostSocket.ownersOnly(at), new ExecutorHostServer.Setup(identity, hosted, key, bounds));
  }

  @Test
  void closesConnectionsBeyondItsBound() throws Exception {
    try (var agent = RawHostClient.shaken(socket)) {
      var open = new ArrayList<SocketChannel>();
      for (int i = 0; i < FLOOD; i++) {
        open.add(connection());
      }
      for (var connection : open) {
        assertClosed(connection);
      }
      assertThat(agent.calls().execute(sealer.seal(look("", 0))).hasDone()).isTrue();
    }
  }

  @Test
  void closesAHalfOpenConnection() throws Exception {
    assertClosed(connection());
  }

  @Test
  void closesAConnectionThatSpeaksSomethingElse() throws Exception {
    try (var agent = RawHostClient.shaken(socket);
        var stranger = connection()) {
      stranger.write(
          ByteBuffer.wrap(
              "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII)));
      assertClosed(stranger);
      assertThat(agent.calls().execute(sealer.seal(look("", 0))).hasDone()).isTrue();
    }
  }

  @Test
  void answersAFloodOfCallsThatItIsBusy() throws Exception {
    try (var agent = RawHostClient.shaken(socket);
        var other = RawHostClient.shaken(socket)) {
      var flood = new ArrayList<ListenableFuture<Outcome>>();
      for (int i = 0; i < BOUNDS.callsInAll(); i++) {
        flood.add(agent.futures().execute(sealer.seal(look(EchoExecutor.HANG, 0))));
      }
      echo.awaitHanging();
      var refused = new ArrayList<Outcome>();
      while (refused.isEmpty()) {
        var outcome = other.calls().execute(sealer.seal(look("", 0)));
        if (outcome.hasFault()) {
          refused.add(outcome);
        }
      }
      assertThat(refused.getFirst().getFault().getKind()).isEqualTo(Fault.Kind.UNAVAILABLE);
      assertThat(refused.getFirst().getFault().getReason()).contains("as many calls as it may");

      flood.forEach(call -> call.cancel(true));
      echo.awaitInterrupt();
      while (!other.calls().execute(sealer.seal(look("", 0))).hasDone()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void boundsTheBytesOfAllCallsAndAnswersSmallOnesMeanwhile(@TempDir Path folder) throws Exception {
    var many =
        new HostBounds(
            3, 16, 64, 1 << 20, 4 << 20, Duration.ofSeconds(10), Duration.ofMinutes(5), 64);
    Path at = folder.resolve("b.sock");
    var log = GrpcLog.listen();
    try (var _ = listening(at, many);
        var agent = RawHostClient.shaken(at);
        var other = RawHostClient.shaken(at);
        var third = RawHostClient.shaken(at)) {
      var flood = new ArrayList<ListenableFuture<Outcome>>();
      for (var client : List.of(agent, other)) {
        for (int i = 0; i < many.calls(); i++) {
          flood.add(client.futures().execute(sealer.seal(large(EchoExecutor.HANG))));
        }
      }
      int fit = 4; // of a million bytes each

      BoundedWait.until(
          "all that don't fit are refused",
          SOON,
          () -> flood.stream().filter(Future::isDone).count() >= flood.size() - fit);

      echo.awaitHanging();
      assertThat(flood.stream().filter(Future::isDone))
          .allSatisfy(call ->
              assertThat(Status.fromThrowable(call.exceptionNow()).getCode())
                  .isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
      assertThat(third.calls().execute(sealer.seal(look("", 0))).hasDone()).isTrue();

      flood.forEach(call -> call.cancel(true));
      BoundedWait.until("a large one fits again", SOON, () -> fits(third));
      assertThat(log.entries()).as("once, by the host's own log").isEmpty();
    } finally {
      log.close();
    }
  }

  /** What gRPC itself logs of broken calls. */
  private static final class GrpcLog extends Handler {
    private static final Logger LOGGER = Logger.getLogger("io.grpc.netty.NettyServerStream");

    private final List<String> entries = new CopyOnWriteArrayList<>();

    static GrpcLog listen() {
      var log = new GrpcLog();
      LOGGER.addHandler(log);
      return log;
    }

    List<String> entries() {
      return entries;
    }

    @Override
    public void publish(LogRecord entry) {
      entries.add(entry.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      LOGGER.removeHandler(this);
    }
  }

  @Test
  void takesNoCompressedCallWhoseSizeIsUnknown() throws Exception {
    try (var agent = RawHostClient.shaken(socket)) {
      var squeezed = agent.calls().withCompression("gzip");
      var call = sealer.seal(look("", 0));

      assertThatThrownBy(() -> squeezed.execute(call))
          .satisfies(e ->
              assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
      assertThat(agent.calls().execute(call).hasDone()).isTrue();
    }
  }

  private boolean fits(RawHostClient client) {
    try {
      return client.calls().execute(sealer.seal(large(""))).hasDone();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** A look with a million bytes of arguments. */
  private GrantedCall large(String behave) {
    var look = look(behave, 0);
    String arguments = look.getLook().getArguments();
    String padded = arguments.substring(0, arguments.length() - 1) + " ".repeat(LARGE) + "}";
    return look.toBuilder().setLook(look.getLook().toBuilder().setArguments(padded)).build();
  }

  @Test
  void interruptsACallAtItsTime() throws Exception {
    try (var agent = RawHostClient.shaken(socket)) {
      var brief = look(EchoExecutor.HANG, 0).toBuilder().setTimeoutNanos(1_000_000).build();

      var outcome = agent.calls().execute(sealer.seal(brief));

      assertThat(outcome.getFault().getKind()).isEqualTo(Fault.Kind.UNAVAILABLE);
    }
  }

  @Test
  void interruptsTheCallsOfAnAgentThatIsGone() throws Exception {
    try (var agent = RawHostClient.shaken(socket)) {
      var _ = agent.futures().execute(sealer.seal(look(EchoExecutor.HANG, 0)));
      echo.awaitHanging();
    }

    echo.awaitInterrupt();
  }

  @Test
  void boundsItsAnswers() throws Exception {
    try (var agent = RawHostClient.shaken(socket)) {
      var outcome = agent.calls().execute(sealer.seal(look("", 2L * BOUNDS.messageBytes())));

      assertThat(outcome.getFault().getKind()).isEqualTo(Fault.Kind.UNAVAILABLE);
      assertThat(outcome.getFault().getReason()).contains("is larger than the 1048576 that");
    }
  }

  @Test
  void answersForAnExecutorThatThrows() throws Exception {
    try (var agent = RawHostClient.shaken(socket)) {
      var outcome = agent.calls().execute(sealer.seal(look(EchoExecutor.THROW, 0)));

      assertThat(outcome.getFault().getKind()).isEqualTo(Fault.Kind.UNAVAILABLE);
      assertThat(outcome.getFault().getReason()).contains("internal fault");
    }
  }

  private GrantedCall look(String behave, long bytes) {
    return GrantedCall.newBuilder()
        .setGrant("test-" + made++)
        .setExecutor("redis")
        .setTimeoutNanos(MINUTE)
        .setExpiresMonotonicNanos(System.nanoTime() + MINUTE)
        .setLook(
            Look.newBuilder()
                .setVerb("topology")
                .setArguments("{\"behave\":\"" + behave + "\",\"bytes\":" + bytes + "}"))
        .build();
  }

  private SocketChannel connection() throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  /** Reads until the host closed it. */
  private static void assertClosed(SocketChannel connection) throws IOException {
    var some = ByteBuffer.allocate(1 << 16);
    int read = 0;
    try (connection) {
      while (read >= 0) {
        read = connection.read(some.clear());
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("reset");
      read = -1;
    }
    assertThat(read).isNegative();
  }
}
