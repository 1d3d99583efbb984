package dev.deployclaw.executors.wire;

import dev.deployclaw.core.grant.EffectClass;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An executor that a host has.
 *
 * @param name for example {@code redis}
 * @param operations its verbs and what they do, as the host says
 */
public record OfferedExecutor(String name, SortedMap<String, EffectClass> operations) {
  public OfferedExecutor {
    operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
  }

  public static OfferedExecutor of(String name, Map<String, EffectClass> operations) {
    return new OfferedExecutor(name, new TreeMap<>(operations));
  }
}
