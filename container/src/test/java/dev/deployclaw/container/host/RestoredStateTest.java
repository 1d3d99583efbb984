package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.RepeatedFailureGuard;
import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An etcd that is put back to an older term, while an agent leads with an executor host. */
class RestoredStateTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path servers;
  @TempDir Path folder;

  @AutoClose private static HostEstate estate;

  @BeforeAll
  static void start() {
    estate = HostEstate.start(servers);
  }

  @Test
  void theAgentStartsItsHostAgainSoThatItTakesTheOlderTerm() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), ExecutorHostMain.class);
    var host = RemoteBackends.start(launch, "test");
    try (var agent = AgentRuntime.behind(host, launch.config())) {
      host.awaitStart();
      for (int term = 1; term <= 3; term++) {
        try (var lead = lead(agent)) {
          assertThat(lead.term()).isEqualTo(term);
          assertThat(isTaken(agent, lead)).isTrue();
        }
      }
      estate.etcd().daemon().kill();
      TestFiles.delete(estate.etcd().daemon().folder().resolve("data"));
      estate.etcd().restart();
      BoundedWait.until("etcd answers", SOON, () -> answers(agent.ports().state()));

      try (var lead = lead(agent)) {
        assertThat(lead.term()).isEqualTo(1);
        assertThat(isTaken(agent, lead)).isTrue();
      }

      assertThat(host.starts()).isEqualTo(2);
    }
  }

  private static boolean answers(StateStore state) {
    try {
      return state.get("leader").isEmpty();
    } catch (Unreachable e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Leadership lead(AgentRuntime agent) throws InterruptedException {
    return LeaderElection.take(agent.ports().state(), agent.settings(), AgentClock.system())
        .orElseThrow();
  }

  /** Whether the host takes an act that this leader orders, whatever Redis says to it. */
  private static boolean isTaken(AgentRuntime agent, Leadership lead) throws InterruptedException {
    var executors = agent.ports().executors();
    var context =
        new CallContext(
            new FencingToken(lead.name(), lead.term()),
            new Purpose("arch-2026-11-29-rate-limit-001", "", 1),
            new RepeatedFailureGuard());
    var outcome =
        executors
            .calls()
            .one(
                executors.named("redis").orElseThrow(), new ExecutorCall.Discard(9), context, SOON);
    return !(outcome instanceof CallOutcome.Failed(CallFault.Ungranted _));
  }
}
