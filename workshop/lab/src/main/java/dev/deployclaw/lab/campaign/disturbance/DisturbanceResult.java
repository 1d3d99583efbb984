package dev.deployclaw.lab.campaign.disturbance;

/**
 * What was done in a trial.
 *
 * @param where without numbers, so that it can be counted
 * @param kills of agents
 * @param inFlight whether something that was sent may still be applied afterwards
 */
record DisturbanceResult(String where, int kills, boolean inFlight) {
  static DisturbanceResult killed(String where, boolean alive) {
    return new DisturbanceResult(where, alive ? 1 : 0, false);
  }
}
