package dev.deployclaw.container.http;

import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics that queries of shipped files ask for, and those that are served. */
final class ServedMetrics {
  private static final Pattern METRIC = Pattern.compile("deployclaw_\\w+");

  /** By which a query sums, or which it wants to have a value. */
  private static final Pattern LABEL = Pattern.compile("\\bby \\((\\w+)\\)|[{,]\\s*(\\w+)\\s*[=!]");

  private static final Pattern SERVED = Pattern.compile("(\\w+)=\"");

  private ServedMetrics() {}

  /** Ours that queries name, and behind a brace each label that they want to know them by. */
  static Set<String> named(Stream<String> queries) {
    return queries.flatMap(ServedMetrics::named).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> named(String query) {
    var metrics = METRIC.matcher(query).results().map(MatchResult::group).toList();
    var labels = LABEL.matcher(query).results().map(ServedMetrics::label).toList();
    return metrics.stream()
        .flatMap(m -> Stream.concat(Stream.of(m), labels.stream().map(label -> m + "{" + label)));
  }

  private static String label(MatchResult found) {
    return Optional.ofNullable(found.group(1)).orElseGet(() -> found.group(2));
  }

  /** Returns when all of them are served, after a change was made. */
  static void await(Set<String> named, Path folder) throws Exception {
    try (var served =
        Served.start(folder, List.of(new BackendHealthCheck("etcd", Optional::empty)))) {
      served.done("apply", "COMPLETED");
      BoundedWait.until(
          "all of " + named + " are served",
          ServerFixture.SOON,
          () -> names(served.get("/metrics", Served.VIC).body()).containsAll(named));
    }
  }

  private static Set<String> names(String exposition) {
    return exposition
        .lines()
        .filter(line -> !line.startsWith("#"))
        .flatMap(ServedMetrics::series)
        .collect(Collectors.toSet());
  }

  private static Stream<String> series(String line) {
    String name = line.replaceAll("[{ ].*", "");
    var labels = SERVED.matcher(line).results().map(found -> name + "{" + found.group(1));
    return Stream.concat(Stream.of(name), labels);
  }
}
