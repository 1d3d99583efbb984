package dev.deployclaw.executors.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.host.EchoExecutor;
import dev.deployclaw.executors.host.EchoHostProcess;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that is a process of its own, and dies. */
class HostRestartTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final EpochSpec EPOCH = Activations.of(SampleSets.of(100), 5);
  private static final OfferedExecutor REDIS = OfferedExecutor.of("redis", Map.of());

  private Path socket;
  private volatile GrantKey key;
  private EchoHostProcess host;
  private HostConnection connection;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    socket = folder.resolve("host.sock");
    startHost();
    connection =
        HostConnection.of(new HostAddress(socket, () -> key, "agent", ProtocolRevisions.SPOKEN));
  }

  private void startHost() throws IOException {
    key = GrantKey.random();
    host = EchoHostProcess.start(socket, key);
  }

  @AfterEach
  void close() {
    connection.close();
    host.close();
  }

  @Test
  void actsInAnotherProcess() throws Exception {
    assertThat(((CallOutcome.Done) call(look(""))).facts()).containsEntry("pid", host.pid());
  }

  @Test
  void dyingInACallLeavesItUnknownUnlessItOnlyLooks() throws Exception {
    assertThat(call(new ExecutorCall.Publish(EPOCH.named(EchoExecutor.DIE))))
        .satisfies(o -> assertThat(fault(o)).isInstanceOf(CallFault.Unknown.class));
    startHost();

    assertThat(call(look(EchoExecutor.DIE)))
        .satisfies(o -> assertThat(fault(o)).isInstanceOf(CallFault.Unavailable.class));
  }

  @Test
  void beingGoneLeavesACallUndone() throws Exception {
    assertThat(call(look(""))).isInstanceOf(CallOutcome.Done.class);
    host.kill();

    assertThat(fault(eventuallyUnsent())).isInstanceOf(CallFault.Unavailable.class);
  }

  /** The first call may meet the connection as it breaks; the next meets no host. */
  private CallOutcome eventuallyUnsent() throws InterruptedException {
    call(new ExecutorCall.Publish(EPOCH));
    return call(new ExecutorCall.Publish(EPOCH));
  }

  @Test
  void servesTheNextCallAfterItsRestartAndAsksForContentAnew() throws Exception {
    assertThat(call(new ExecutorCall.Publish(EPOCH))).isInstanceOf(CallOutcome.Done.class);
    var before = ((HostGreeting.Met) connection.greet()).host().incarnation();
    host.kill();
    startHost();

    var done = (CallOutcome.Done) call(new ExecutorCall.Publish(EPOCH));

    assertThat(done.reports().getFirst().facts()).containsEntry("tenants", 100L);
    assertThat(((HostGreeting.Met) connection.greet()).host().incarnation()).isNotEqualTo(before);
  }

  @Test
  void refusesTheGrantsOfItsOldKeyAfterItsRestart() throws Exception {
    var old = key;
    host.kill();
    startHost();
    try (var stale =
        HostConnection.of(new HostAddress(socket, () -> old, "agent", ProtocolRevisions.SPOKEN))) {
      assertThat(fault(call(stale, new ExecutorCall.Publish(EPOCH))))
          .isInstanceOf(CallFault.Ungranted.class)
          .extracting(CallFault::reason)
          .asString()
          .contains("its seal is wrong");
    }
  }

  private static ExecutorCall look(String behave) {
    return new ExecutorCall.Look("topology", Map.of("behave", behave));
  }

  private CallOutcome call(ExecutorCall call) throws InterruptedException {
    return call(connection, call);
  }

  private static CallOutcome call(HostConnection connection, ExecutorCall call)
      throws InterruptedException {
    var purpose = new Grant.Purpose("arch-1", "plan", 3);
    var grant = new Grant("1", purpose, "redis", call.verb(), "", Instant.MAX, "");
    return new RemoteExecutor(connection, REDIS, Optional.empty())
        .execute(
            new Invocation("redis", call, new FencingToken("leader", 7), DEADLINE).with(grant));
  }

  private static CallFault fault(CallOutcome outcome) {
    return ((CallOutcome.Failed) outcome).fault();
  }
}
