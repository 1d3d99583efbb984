package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report;
import java.time.Duration;
import java.util.Optional;

/** What is done with one gateway. */
@FunctionalInterface
interface Act {
  Report on(Api api, Standing standing) throws KubernetesFault, InterruptedException;

  /**
   * An epoch, and in whose name.
   *
   * @param term of the leader that sends it
   * @param end of the call, by {@link System#nanoTime}
   */
  record Order(Activation activation, long term, long end) {
    /** The part of what is left that something within the call may take. */
    private static final int TENTHS = 8;

    Duration within() {
      return Duration.ofNanos(Math.max(0, end - System.nanoTime()) / 10 * TENTHS);
    }
  }

  /** Somebody newer was there: a later leader, or a later epoch. */
  static Optional<Report> overtaken(KubernetesGateway gateway, Marks marks, Order order) {
    if (marks.term() > order.term()) {
      return Optional.of(
          Report.no(
              gateway.member(),
              "the leader of the later term " + marks.term() + " published there"));
    }
    return marks.epoch() > order.activation().epoch()
        ? Optional.of(
            Report.no(gateway.member(), "the later epoch " + marks.epoch() + " is live there"))
        : Optional.empty();
  }
}
