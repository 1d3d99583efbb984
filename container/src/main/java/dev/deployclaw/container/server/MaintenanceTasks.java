package dev.deployclaw.container.server;

import dev.deployclaw.container.vertx.PeriodicTask;

import dev.deployclaw.container.intake.TaskQueue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the process does in the background. <b>This is the one place where such a duty is
 * started</b>: add a {@link PeriodicTask} to the list. A round may block, is interrupted at the end, and
 * is walked again after it failed. What writes to the estate takes the lead for it, as the worker
 * does: hand it to the {@link TaskQueue}, or use an architect of its own.
 */
final class MaintenanceTasks {
  private static final Duration EVERY_MINUTE = Duration.ofMinutes(1);
  private static final Duration HOURLY = Duration.ofHours(1);

  /** A caller may repeat a call with its idempotency key for so long. */
  private static final Duration KEYS_HOLD = Duration.ofHours(24);

  private MaintenanceTasks() {}

  static List<PeriodicTask> of(AgentServer sidecar) {
    var own =
        List.of(
            new PeriodicTask("look", sidecar.bounds().look(), sidecar::look),
            new PeriodicTask("recover", sidecar.settings().bounds().lease(), sidecar::recoverIfAbandoned),
            new PeriodicTask("end", EVERY_MINUTE, sidecar::endOverlays),
            new PeriodicTask("schedule", sidecar.settings().bounds().lease(), sidecar::keepTime),
            new PeriodicTask("settle", EVERY_MINUTE, sidecar::settleObjects),
            new PeriodicTask("forget", HOURLY, () -> sidecar.forgetReservations(KEYS_HOLD)));
    return Stream.concat(own.stream(), sidecar.watching().stream()).toList();
  }
}
