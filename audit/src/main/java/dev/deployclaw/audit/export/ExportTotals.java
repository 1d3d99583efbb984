package dev.deployclaw.audit.export;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How many logs an export holds, and what their verification found. For one thread. */
public final class ExportTotals {
  private final Map<LogVerdict.Kind, Long> kinds = new EnumMap<>(LogVerdict.Kind.class);
  private final Set<String> keys = new TreeSet<>();

  public void add(LogVerdict verdict) {
    kinds.merge(verdict.kind(), 1L, Long::sum);
    verdict.key().ifPresent(keys::add);
  }

  public long count(LogVerdict.Kind kind) {
    return kinds.getOrDefault(kind, 0L);
  }

  public long all() {
    return kinds.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The keys that signed the verified ones. */
  public Set<String> keys() {
    return Set.copyOf(keys);
  }
}
