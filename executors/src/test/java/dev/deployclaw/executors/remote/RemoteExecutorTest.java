package dev.deployclaw.executors.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.host.EchoExecutor;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.host.MemoryStore;
import dev.deployclaw.executors.wire.IsolationFinding;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteExecutorTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final FencingToken FENCE = new FencingToken("leader", 7);
  private static final IsolationFinding LAYER = new IsolationFinding("seccomp", true, "tried");

  private final GrantKey key = GrantKey.random();
  private final EchoExecutor echo = new EchoExecutor();
  private final MemoryStore objects = new MemoryStore();
  private Path socket;
  private ExecutorHostServer host;
  private HostConnection connection;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    socket = folder.resolve("host.sock");
    var hosted =
        new HostedExecutors(List.of(echo), Optional.of(objects), OperationAllowlist.KERNEL);
    var identity = new HostIdentity("test host", List.of(LAYER), new ProtocolRevisions(1, 2));
    host =
        ExecutorHostServer.start(
            HostSocket.ownersOnly(socket),
            new ExecutorHostServer.Setup(identity, hosted, key, HostBounds.DEFAULT));
    connection =
        HostConnection.of(
            new HostAddress(socket, () -> key, "test agent", ProtocolRevisions.SPOKEN));
  }

  @AfterEach
  void close() throws IOException {
    connection.close();
    host.close();
  }

  @Test
  void tellsWhoTheHostIs() throws Exception {
    assertThat(connection.greet())
        .isInstanceOfSatisfying(
            HostGreeting.Met.class,
            met -> {
              assertThat(met.host().build()).isEqualTo("test host");
              assertThat(met.host().revision()).isEqualTo(1);
              assertThat(met.host().isolation()).containsExactly(LAYER);
              assertThat(met.host().executors().getFirst().operations())
                  .containsEntry("publish", EffectClass.ACTIVATE)
                  .containsEntry("discard", EffectClass.DESTROY)
                  .containsEntry("topology", EffectClass.OBSERVE)
                  .doesNotContainKey("unlisted");
            });
  }

  @Test
  void listensForItsUserAlone() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    try (var beside = Files.list(socket.getParent())) {
      assertThat(beside).containsExactly(socket);
    }
  }

  @Test
  void answersALook() throws Exception {
    var look = new ExecutorCall.Look("topology", Map.of("of", List.of("a", "b"), "deep", true));

    var done = (CallOutcome.Done) call(look);

    assertThat(done.facts())
        .containsEntry("verb", "topology")
        .containsEntry("of", List.of("a", "b"))
        .containsEntry("deep", true);
  }

  @Test
  void publishesASetThatTheHostAsksForOnce() throws Exception {
    var spec = Activations.of(SampleSets.of(1_000), 5);
    for (int i = 0; i < 3; i++) {
      var done = (CallOutcome.Done) call(new ExecutorCall.Publish(spec));
      assertThat(done.reports().getFirst().facts())
          .containsEntry("tenants", 1_000L)
          .containsEntry("epoch", 5L)
          .containsEntry("leader", "leader")
          .containsEntry("term", 7L);
    }
  }

  @Test
  void createsAndReadsObjects() throws Exception {
    var store = new RemoteObjectStore(connection, DEADLINE, name -> "s3://bucket/" + name);
    byte[] bytes = {1, 2, 3};

    assertThat(store.create("a", bytes)).isEqualTo(new ObjectStore.Put.Created());
    assertThat(store.create("a", bytes)).isEqualTo(new ObjectStore.Put.AlreadyThere());
    assertThat(objects.kept("a")).hasValue(bytes);
    assertThat(store.read("a"))
        .isInstanceOfSatisfying(
            ObjectStore.Get.Found.class, found -> assertThat(found.bytes()).isEqualTo(bytes));
    assertThat(store.read("b")).isEqualTo(new ObjectStore.Get.Absent());
    assertThat(store.locate("a")).isEqualTo("s3://bucket/a");
  }

  @Test
  void interruptingACallInterruptsTheExecutor() throws Exception {
    var look = new ExecutorCall.Look("topology", Map.of("behave", EchoExecutor.HANG));
    var cut = new FutureTask<>(() -> call(look));
    var caller = Thread.ofVirtual().start(cut);
    echo.awaitHanging();

    caller.interrupt();

    assertThatThrownBy(cut::get).hasCauseInstanceOf(InterruptedException.class);
    echo.awaitInterrupt();
  }

  @Test
  void saysThatAHostIsNotThere() throws Exception {
    host.close();

    assertThat(call(new ExecutorCall.Publish(Activations.of(SampleSets.of(1), 5))))
        .isInstanceOfSatisfying(
            CallOutcome.Failed.class,
            failed ->
                assertThat(failed.fault())
                    .isInstanceOf(CallFault.Unavailable.class)
                    .extracting(CallFault::reason)
                    .asString()
                    .contains("can't be reached"));
  }

  private CallOutcome call(ExecutorCall call) throws InterruptedException {
    var executor =
        new RemoteExecutor(connection, OfferedExecutor.of("redis", Map.of()), Optional.empty());
    var grant =
        new Grant("1", new Grant.Purpose("arch-1", "plan", 3), "redis", "", "", Instant.MAX, "");
    return executor.execute(new Invocation("redis", call, FENCE, DEADLINE).with(grant));
  }
}
