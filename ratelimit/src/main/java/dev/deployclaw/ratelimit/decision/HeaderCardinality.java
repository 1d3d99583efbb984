package dev.deployclaw.ratelimit.decision;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Bounds how many values of a header get a counter of their own. A limit that counts by a header
 * gives each value a fresh allowance and Redis a key, so a client that invents values would take
 * what it likes and fill Redis. Of each tenant's header only so many values are told apart within
 * some minutes; all further ones share one counter. A value that was seen keeps its own counter for
 * as long as it comes again. One for all event loops, which so tell the same values apart. For any
 * thread.
 */
public final class HeaderCardinality {
  /**
   * What stands for all values that aren't told apart. No header's value may hold a NUL (RFC 9110,
   * 5.5), so no client can name it.
   */
  static final String OTHERS = "\u0000others";

  /** How long a value is known without coming again: between one and two of these. */
  static final long GENERATION_NANOS = 300_000_000_000L;

  /** Of all tenants and headers together, in two generations: some 100 MB. */
  private static final int MOST_IN_ALL = 1_000_000;

  private final int most;
  private final LongSupplier nanos;
  private final Map<String, Seen> byHeader = new HashMap<>();
  private int inAll;
  private long begun;

  /** Values by a hash of 64 bits: two that share one share a counter's admission, no more. */
  private static final class Seen {
    private Set<Long> now = new HashSet<>();
    private Set<Long> before = new HashSet<>();
  }

  /**
   * @param most of one tenant's header
   * @param nanos a clock that never goes back
   */
  public HeaderCardinality(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  /** The value, or {@link #OTHERS} where there are too many already. */
  synchronized String bounded(String tenant, String header, String value) {
    forget();
    var seen = byHeader.computeIfAbsent(tenant + '\u0000' + header, _ -> new Seen());
    long hash = hash(value);
    if (seen.now.contains(hash)) {
      return value;
    }
    boolean known = seen.before.contains(hash);
    if (!known && (seen.now.size() >= most || inAll >= MOST_IN_ALL)) {
      return OTHERS;
    }
    seen.now.add(hash);
    inAll++;
    return value;
  }

  private void forget() {
    long now = nanos.getAsLong();
    if (now - begun < GENERATION_NANOS) {
      return;
    }
    boolean longAgo = now - begun >= 2 * GENERATION_NANOS;
    begun = now;
    inAll = 0;
    byHeader.values().removeIf(seen -> seen.now.isEmpty() || longAgo);
    byHeader
        .values()
        .forEach((Seen seen) -> {
          seen.before = seen.now;
          seen.now = new HashSet<>();
        });
  }

  /** FNV-1a, 64 bits, over UTF-16. */
  private static long hash(String value) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < value.length(); i++) {
      hash = (hash ^ value.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
