package dev.deployclaw.ratelimit.token;

import java.util.LinkedHashMap;
import java.util.Map;

/** Those that were asked for last, no more than so many. For one thread. */
public final class RecentEntries<K, V> extends LinkedHashMap<K, V> {
  private final int most;

  public RecentEntries(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
