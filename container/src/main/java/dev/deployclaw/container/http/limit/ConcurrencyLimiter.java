package dev.deployclaw.container.http.limit;

import java.util.HashMap;
import java.util.Map;

/**
 * Places for what is done at once, no more than so many for all and for each caller. Any thread.
 */
public final class ConcurrencyLimiter {
  private final int most;
  private final int mostOfOne;
  private final Map<String, Integer> taken = new HashMap<>();
  private int all;

  public ConcurrencyLimiter(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Takes a place, if the caller may have one; it has to be given back. */
  public synchronized boolean take(String caller) {
    int mine = taken.getOrDefault(caller, 0);
    if (all >= most || mine >= mostOfOne) {
      return false;
    }
    taken.put(caller, mine + 1);
    all++;
    return true;
  }

  public synchronized void give(String caller) {
    all--;
    taken.computeIfPresent(caller, (_, mine) -> mine == 1 ? null : mine - 1);
  }

  /** How many are taken. */
  public synchronized int taken() {
    return all;
  }
}
