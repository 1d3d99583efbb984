package dev.deployclaw.container.doctor;

import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.approval.platform.ChannelRegistry;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.core.environment.AgentClock;
import java.util.List;

/** Whether the channels work in which people approve. Posts no message. */
final class ApprovalChannelCheck {
  private ApprovalChannelCheck() {}

  static List<Diagnosis> examine(List<ApprovalChannelConfig> configured)
      throws InterruptedException {
    var found = new DiagnosisCollector("approvals");
    if (configured.isEmpty()) {
      found.skipped("no channel is configured");
      return found.all();
    }
    var delivery = new DeliverySettings(BackoffPolicy.DEFAULT, AgentClock.system(), (_, _) -> {});
    try (var registry = new ChannelRegistry(configured, delivery)) {
      for (var channel : registry.channels()) {
        tell(channel.name() + ": ", channel.check(), found);
      }
    }
    return found.all();
  }

  private static void tell(String name, ChannelCondition condition, DiagnosisCollector found) {
    switch (condition) {
      case ChannelCondition.Well(String what) -> found.ok(name + what);
      case ChannelCondition.Faulty(String what, String remedy) ->
          found.warning(name + what, remedy);
      case ChannelCondition.Silent(String why) ->
          found.warning(
              name + "no answer: " + why,
              "is the address right? Until then people decide in the console or at a terminal");
    }
  }
}
