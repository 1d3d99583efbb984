package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.executors.wire.IsolationFinding;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The wall of a host by all that is known of it. A layer holds where neither the host, by its
 * attempts, nor its starter found a gap. One of which neither says anything is missing.
 */
public record WallReport(List<String> enforced, Map<String, String> missing) {
  public WallReport {
    enforced = List.copyOf(enforced);
    missing = Map.copyOf(missing);
  }

  /**
   * Of each layer that a host should have, and each further one that it reports.
   *
   * @param said by the host
   * @param seen by who started it
   */
  public static WallReport of(List<IsolationFinding> said, List<IsolationLayer> seen) {
    var all =
        Stream.concat(
                said.stream().map(l -> new IsolationLayer(l.name(), l.enforced(), l.detail())),
                seen.stream())
            .toList();
    var names = new LinkedHashSet<>(IsolationLayer.NAMES);
    all.forEach(layer -> names.add(layer.name()));
    var enforced = new ArrayList<String>();
    var missing = new TreeMap<String, String>();
    for (String name : names) {
      gap(all.stream().filter(l -> l.name().equals(name)).toList())
          .ifPresentOrElse(why -> missing.put(name, why), () -> enforced.add(name));
    }
    return new WallReport(enforced, missing);
  }

  private static Optional<String> gap(List<IsolationLayer> reports) {
    return reports.isEmpty()
        ? Optional.of("the host reports nothing of it")
        : reports.stream().filter(l -> !l.enforced()).map(IsolationLayer::detail).findFirst();
  }
}
