package dev.deployclaw.executors.kubernetes.client;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The highest resource version that was seen of each kind: what is older is stale. An API server's
 * versions are revisions of one store, so they compare as numbers (KEP-5504); one that is no number
 * says nothing. A restored store has lower ones again, see {@link ListPager}. For many threads.
 */
final class SeenResourceVersions {
  private final Map<String, Long> seen = new ConcurrentHashMap<>();

  void raise(ResourceKind<?> kind, @Nullable String resourceVersion) {
    number(resourceVersion).ifPresent(n -> seen.merge(kind.plural(), n, Math::max));
  }

  OptionalLong of(ResourceKind<?> kind) {
    Long floor = seen.get(kind.plural());
    return floor == null ? OptionalLong.empty() : OptionalLong.of(floor);
  }

  /**
   * Forgets all of them: they are versions of one store, and that store is an older one now.
   *
   * @return whether there was something to forget
   */
  boolean forget() {
    boolean some = !seen.isEmpty();
    seen.clear();
    return some;
  }

  static boolean isBelow(long floor, @Nullable String resourceVersion) {
    var version = number(resourceVersion);
    return version.isPresent() && version.getAsLong() < floor;
  }

  private static OptionalLong number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
