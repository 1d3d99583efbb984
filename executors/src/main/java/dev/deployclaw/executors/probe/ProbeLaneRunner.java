package dev.deployclaw.executors.probe;

import dev.deployclaw.policy.probe.ProbeLane;
import dev.deployclaw.policy.probe.ProbeSequence;
import java.util.ArrayList;

/**
 * Sends the probes of one lane in order. After a request that went wrong the rest of its exercise
 * would tell nothing about the gateways that it enters, so it isn't sent. An exercise that a
 * request left undecided is carried out once more at the end, on a later clock and with new nonces:
 * whether the lost request was charged then doesn't matter.
 *
 * @param end by {@link System#nanoTime}
 */
record ProbeLaneRunner(ProbeLane lane, Way way, ProbeStatistics ledger, long end)
    implements Runnable {
  /** How requests get in. */
  record Way(EntranceRoundRobin doors, ProbeSender sender, ProbePacer pacer) {}

  @Override
  public void run() {
    var open = new ArrayList<ProbeSequence>();
    for (var exercise : lane.exercises()) {
      var again = lane.repeat(exercise);
      if (!carriedOut(exercise, again.isEmpty())) {
        ledger.repeated();
        again.ifPresent(open::add);
      }
    }
    open.forEach(exercise -> carriedOut(exercise, true));
  }

  /**
   * @param last whether an undecided request is final
   * @return false if it was left undecided and may be repeated
   */
  private boolean carriedOut(ProbeSequence exercise, boolean last) {
    var probes = exercise.probes();
    for (int i = 0; i < probes.size(); i++) {
      var probe = probes.get(i);
      var entrance = way.doors().next(probe.gateway()).orElseThrow();
      String at = entrance.member();
      way.pacer().await();
      if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
        ledger.undecided(at, "was not sent in time");
        ledger.unsent(probes.size() - i - 1);
        return true;
      }
      switch (way.sender().send(probe, entrance)) {
        case ProbeVerdict.AsExpected(boolean allowed, long micros) -> {
          way.pacer().answered(micros);
          ledger.asExpected(at, allowed, micros);
        }
        case ProbeVerdict.Deviating(String how, _) -> {
          ledger.deviating(at, how);
          ledger.unsent(probes.size() - i - 1);
          return true;
        }
        case ProbeVerdict.Undecided(String why, _) -> {
          if (last) {
            ledger.undecided(at, why);
            ledger.unsent(probes.size() - i - 1);
          }
          return last;
        }
      }
    }
    return true;
  }
}
