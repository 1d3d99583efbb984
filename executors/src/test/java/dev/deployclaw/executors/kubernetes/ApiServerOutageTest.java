package dev.deployclaw.executors.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The API server is stopped after the commit, and started again on the same port before the bound
 * of convergence, by the virtual clock of the agent.
 */
class ApiServerOutageTest {
  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  @AutoClose private Estate estate;
  private boolean away;
  private long awaySince;

  @BeforeEach
  void start() {
    var objects = folder.resolve("objects");
    estate = new Estate(folder, ApiServer.start(0, objects, Estate.TOKEN));
    world.gateways =
        List.of(
            new Gateway(
                "gw",
                "edge",
                new Gateway.Identity.Host("test"),
                List.of(new Gateway.Route("/orders", "search"))));
  }

  @Test
  void publishesOnceTheServerIsBack() throws Exception {
    world.store.watch(store -> {
      boolean committed =
          store.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value())).isPresent();
      if (committed && awaySince == 0) {
        stopServer();
      }
    });

    var ended = run();

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(estate.deploymentNow().at("/metadata/annotations").toString()).contains("epoch");
    assertThat(awaySince).isPositive();
  }

  @Test
  void looksAgainOnceTheServerIsBackWhileItConverges() throws Exception {
    estate
        .api()
        .rule(asked -> {
          if (asked.method().equals("PATCH")) {
            awaySince = -1;
          }
          return Optional.empty();
        });

    var ended = run();

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(awaySince).isPositive();
  }

  private RequestOutcome run() throws InterruptedException {
    var ports = world.ports();
    BackendExecutor gateways =
        new KubernetesGatewayExecutor(
            estate.link(), Estate.settings(List.of(estate.gateway()), 900 * 1024));
    var executors =
        ports.executors().names().stream()
            .map(name -> name.equals("gateway") ? gateways : named(ports, name))
            .toList();
    var changed =
        new AgentPorts(
            ports.state(),
            ports.objects(),
            ports.executors().replacedBy(executors),
            ports.sealer(),
            ports.journal(),
            ports.planner(),
            ports.procedures(),
            new Clock());
    return new ChangeService(changed, world.settings("a"), ProgressListener.NONE)
        .run(world.request("apply"));
  }

  private static BackendExecutor named(AgentPorts ports, String name) {
    return ports.executors().named(name).orElseThrow();
  }

  private void stopServer() {
    estate.api().close();
    away = true;
    awaySince = world.time.micros();
  }

  private void startServer() {
    int port = estate.api().url().getPort();
    estate.api(ApiServer.start(port, folder.resolve("objects"), Estate.TOKEN));
    away = false;
  }

  /** Whenever the agent waits, the cluster does what is due. */
  private final class Clock implements AgentClock {
    private final Duration bound = world.settings("a").bounds().converge();

    @Override
    public Instant instant() {
      return world.time.instant();
    }

    @Override
    public long micros() {
      return world.time.micros();
    }

    @Override
    public void pause(Duration duration) {
      world.time.pass(duration);
      long back = awaySince + bound.multipliedBy(3).dividedBy(4).toNanos() / 1000;
      if (awaySince < 0) {
        stopServer();
      } else if (away && micros() >= back) {
        startServer();
      } else if (!away && awaySince > 0) {
        estate.rollOut();
      }
    }
  }
}
