package dev.deployclaw.container.doctor;

import dev.deployclaw.container.approval.ApprovalChannel;
import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.approval.platform.ChannelRegistry;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.core.environment.AgentClock;
import java.util.ArrayList;
import java.util.List;

/** Whether the channels work in which people approve. Posts no message. */
final class ApprovalChannelCheck {
  private static final String ABOUT = "approvals";

  private ApprovalChannelCheck() {}

  static List<Diagnosis> examine(List<ApprovalChannelConfig> configured)
      throws InterruptedException {
    if (configured.isEmpty()) {
      return List.of(Diagnosis.skipped(ABOUT, "no channel is configured"));
    }
    var delivery = new DeliverySettings(BackoffPolicy.DEFAULT, AgentClock.system(), (_, _) -> {});
    try (var registry = new ChannelRegistry(configured, delivery)) {
      var found = new ArrayList<Diagnosis>();
      for (var channel : registry.channels()) {
        found.add(told(channel, channel.check()));
      }
      return found;
    }
  }

  private static Diagnosis told(ApprovalChannel channel, ChannelCondition condition) {
    String name = channel.name() + ": ";
    return switch (condition) {
      case ChannelCondition.Well(String found) -> Diagnosis.ok(ABOUT, name + found);
      case ChannelCondition.Faulty(String found, String remedy) ->
          Diagnosis.warning(ABOUT, name + found, remedy);
      case ChannelCondition.Silent(String why) ->
          Diagnosis.warning(
              ABOUT,
              name + "no answer: " + why,
              "is the address right? Until then people decide in the console or at a terminal");
    };
  }
}
