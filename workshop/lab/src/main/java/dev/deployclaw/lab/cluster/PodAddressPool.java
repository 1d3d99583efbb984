package dev.deployclaw.lab.cluster;

import java.util.HashSet;
import java.util.Set;

/**
 * Addresses of loopback, one for each pod: all of 127.0.0.0/8 leads to this machine, so pods can
 * listen on the same port. None is given twice until all were. For many threads.
 */
final class PodAddressPool {
  private static final int EACH = 250;
  private static final int ALL = EACH * EACH;

  private final Set<String> taken = new HashSet<>();
  private int next;

  synchronized String take() {
    for (int i = 0; i < ALL; i++) {
      int n = next++ % ALL;
      String address = "127.96." + (n / EACH) + "." + (n % EACH + 1);
      if (taken.add(address)) {
        return address;
      }
    }
    throw new IllegalStateException("all " + ALL + " addresses of pods are taken");
  }

  /** One that a pod has already. */
  synchronized void keep(String address) {
    taken.add(address);
  }

  synchronized void give(String address) {
    taken.remove(address);
  }
}
