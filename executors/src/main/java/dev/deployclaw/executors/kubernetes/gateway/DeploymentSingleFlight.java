package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.fleet.FleetSnapshot;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Does something once for each Deployment, however many gateways it has: the first of them that
 * asks does it for all, the others wait for what became of it. For many threads.
 */
final class DeploymentSingleFlight {
  private final FleetSnapshot fleet;
  private final InterruptibleFunction<List<GatewaySnapshot>, Map<String, MemberReport>> task;
  private final ConcurrentMap<String, FutureTask<Map<String, MemberReport>>> begun =
      new ConcurrentHashMap<>();

  /**
   * @param task what is done with the gateways of one Deployment; a report for each, by its member
   */
  DeploymentSingleFlight(
      FleetSnapshot fleet,
      InterruptibleFunction<List<GatewaySnapshot>, Map<String, MemberReport>> task) {
    this.fleet = fleet;
    this.task = task;
  }

  MemberReport of(KubernetesGateway gateway) throws InterruptedException {
    String place = gateway.namespace() + "/" + gateway.deployment();
    var one =
        begun.computeIfAbsent(
            place, _ -> new FutureTask<>(() -> task.apply(fleet.standing(gateway))));
    one.run();
    try {
      return one.get()
          .getOrDefault(
              gateway.member(),
              MemberReport.unknown(gateway.member(), "its Deployment wasn't found"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException();
      }
      throw new IllegalStateException("working on " + place, e.getCause());
    }
  }
}
