package dev.deployclaw.lab.campaign;

/**
 * What was done in a trial.
 *
 * @param where without numbers, so that it can be counted
 * @param kills of agents
 * @param inFlight whether something that was sent may still be applied afterwards
 */
record Done(String where, int kills, boolean inFlight) {
  static Done killed(String where, boolean alive) {
    return new Done(where, alive ? 1 : 0, false);
  }
}
