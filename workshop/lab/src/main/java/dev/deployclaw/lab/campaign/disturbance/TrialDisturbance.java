package dev.deployclaw.lab.campaign.disturbance;

import java.io.IOException;

/** How a kind of trial disturbs a task. Afterwards no agent runs; what it broke may be broken. */
@FunctionalInterface
interface TrialDisturbance {
  DisturbanceResult perform(TrialRunner.TrialSetting setting)
      throws IOException, InterruptedException;
}
