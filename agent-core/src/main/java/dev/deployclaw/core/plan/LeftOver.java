package dev.deployclaw.core.plan;

import dev.deployclaw.core.plan.Discrepancy.Kind;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What members hold and nobody needs: an epoch at a gateway that is newer than the committed one
 * and belongs to no change, and keys below a configuration store's prefix that aren't ours. Nobody
 * acts on it, and whose it is isn't known, so a repair leaves it. Pure.
 */
public final class LeftOver {
  /** The most epochs or keys that a sentence names. */
  private static final int MOST_NAMED = 3;

  private LeftOver() {}

  /**
   * @param looks outcomes by operation; of interest are {@code gateway.scan} and {@code
   *     configuration.scan}
   * @param committed epoch
   * @param used epochs of the open change and of a candidate
   */
  public static List<Discrepancy> of(Map<String, Outcome> looks, long committed, Set<Long> used) {
    List<Discrepancy> found = new ArrayList<>();
    for (var gateway : Measurements.reports(looks, "gateway.scan")) {
      var epochs =
          listed(gateway, "epochs").stream()
              .filter(Number.class::isInstance)
              .map(e -> ((Number) e).longValue())
              .filter(e -> e > committed && !used.contains(e))
              .map(String::valueOf)
              .toList();
      add(found, gateway, "an epoch of no change in epochs/", epochs);
    }
    for (var store : Measurements.reports(looks, "configuration.scan")) {
      var keys = listed(store, "foreign").stream().map(String::valueOf).toList();
      add(found, store, "a key that isn't ours: ", keys);
    }
    return List.copyOf(found);
  }

  private static void add(List<Discrepancy> found, Report report, String what, List<String> names) {
    if (!names.isEmpty()) {
      String named = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
      String more =
          names.size() > MOST_NAMED ? " and %d more".formatted(names.size() - MOST_NAMED) : "";
      found.add(
          new Discrepancy(
              Kind.EXTRA,
              report.member(),
              "holds " + what + named + more + "; a repair leaves it, remove it by hand"));
    }
  }

  private static List<?> listed(Report report, String fact) {
    return report.facts().get(fact) instanceof List<?> list ? list : List.of();
  }
}
