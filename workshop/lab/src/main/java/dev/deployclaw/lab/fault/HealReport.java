package dev.deployclaw.lab.fault;

import java.util.List;

/**
 * What healing came to.
 *
 * @param done what was done, in its order; empty where nothing was wrong
 * @param denied what couldn't be taken back, with the remedy
 * @param broken what isn't as it should be after all
 */
public record HealReport(List<String> done, List<String> denied, List<String> broken) {
  public HealReport {
    done = List.copyOf(done);
    denied = List.copyOf(denied);
    broken = List.copyOf(broken);
  }
}
