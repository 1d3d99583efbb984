package dev.deployclaw.lab.campaign.disturbance;

import java.io.IOException;

/**
 * An agent that dies with its machine. Another one, with a state folder of its own, ends what the
 * first began; then the first machine is back.
 */
final class MachineLoss {
  private MachineLoss() {}

  static DisturbanceResult another(TrialRunner.TrialSetting s)
      throws IOException, InterruptedException {
    var point = s.points().any(s.task(), s.random());
    var done = AgentKills.at(point, s);
    var recovered = s.site().runElsewhere("recover", "--json");
    if (recovered.exit() != 0) {
      throw new IllegalStateException("recovering on another machine " + recovered.said());
    }
    return new DisturbanceResult("its machine at " + point.name(), done.kills(), false);
  }
}
