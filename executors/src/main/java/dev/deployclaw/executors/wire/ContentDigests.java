package dev.deployclaw.executors.wire;

import dev.deployclaw.policy.PolicySet;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of policy sets that a process has in hand, each computed once: a set of ten thousand
 * tenants has megabytes. Sets are told apart by identity. For any thread.
 */
public final class ContentDigests {
  private static final int MOST_SETS = 16;

  private final Deque<Known> known = new ArrayDeque<>();

  private record Known(WeakReference<PolicySet> set, String sha256) {}

  /** Of the set's canonical bytes. */
  public synchronized String of(PolicySet set) {
    var there = find(set);
    if (there != null) {
      return there.sha256();
    }
    var fresh = new Known(new WeakReference<>(set), set.digest());
    known.addFirst(fresh);
    if (known.size() > MOST_SETS) {
      known.removeLast();
    }
    return fresh.sha256();
  }

  private @Nullable Known find(PolicySet set) {
    for (var each : known) {
      if (each.set().refersTo(set)) {
        return each;
      }
    }
    return null;
  }
}
