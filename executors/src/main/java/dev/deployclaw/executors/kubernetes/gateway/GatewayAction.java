package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.configmap.GatewayFence;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import java.time.Duration;
import java.util.Optional;

/** What is done with one gateway. */
@FunctionalInterface
interface GatewayAction {
  MemberReport on(KubernetesApi api, GatewaySnapshot standing)
      throws KubernetesException, InterruptedException;

  /**
   * An epoch, and in whose name.
   *
   * @param term of the leader that sends it
   * @param end of the call, by {@link System#nanoTime}
   */
  record Order(EpochSpec activation, long term, long end) {
    /** The part of what is left that something within the call may take. */
    private static final int TENTHS = 8;

    Duration within() {
      return Duration.ofNanos(Math.max(0, end - System.nanoTime()) / 10 * TENTHS);
    }
  }

  /** Somebody newer was there: a later leader, or a later epoch. */
  static Optional<MemberReport> overtaken(
      KubernetesGateway gateway, GatewayFence fence, Order order) {
    if (fence.term() > order.term()) {
      return Optional.of(
          MemberReport.no(
              gateway.member(),
              "the leader of the later term " + fence.term() + " published there"));
    }
    return fence.epoch() > order.activation().epoch()
        ? Optional.of(
            MemberReport.no(
                gateway.member(), "the later epoch " + fence.epoch() + " is live there"))
        : Optional.empty();
  }
}
