package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.testkit.file.TmpfsMount;
import dev.deployclaw.testkit.network.PacketFirewall;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What needs more than a user may, or than this build has. */
final class CampaignPrivileges {
  private CampaignPrivileges() {}

  /**
   * The kinds that can be tried here.
   *
   * @param left gets a line for each that is left out, with the reason
   */
  static List<TrialKind> possible(List<TrialKind> asked, Consumer<String> left) {
    return asked.stream()
        .filter(kind -> {
          var obstacle = obstacle(kind);
          obstacle.ifPresent(why -> left.accept("without " + kind.word() + ": " + why));
          return obstacle.isEmpty();
        })
        .toList();
  }

  /** Why a kind of trial can't be made here. */
  private static Optional<String> obstacle(TrialKind kind) {
    return switch (kind) {
      case LINK, FAILOVER -> PacketFirewall.obstacle();
      case DISK ->
          TmpfsMount.possible()
              ? Optional.empty()
              : Optional.of("mount needs root (in a container the capability SYS_ADMIN)");
      case STEP, INSTANT, TORN, ROLLOUT, MACHINE, POD, PAUSE, HOST, LIE, QUEUE, OUTAGE ->
          Optional.empty();
    };
  }
}
