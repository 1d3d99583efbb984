package dev.deployclaw.container.http;

import dev.deployclaw.container.serve.Desks;
import dev.deployclaw.container.wiring.Vital;
import dev.deployclaw.testkit.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics that queries of shipped files ask for, and those that are served. */
final class ServedMetrics {
  private static final Pattern METRIC = Pattern.compile("deployclaw_\\w+");

  private ServedMetrics() {}

  /** Ours that queries name. */
  static Set<String> named(Stream<String> queries) {
    return queries
        .flatMap(query -> METRIC.matcher(query).results())
        .map(match -> match.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns when all of them are served, after a change was made. */
  static void await(Set<String> named, Path folder) throws Exception {
    try (var served = Served.start(folder, List.of(new Vital("etcd", Optional::empty)))) {
      served.done("apply", "COMPLETED");
      Await.until(
          "all of " + named + " are served",
          Desks.SOON,
          () -> names(served.get("/metrics", Served.VIC).body()).containsAll(named));
    }
  }

  private static Set<String> names(String exposition) {
    return exposition
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceAll("[{ ].*", ""))
        .collect(Collectors.toSet());
  }
}
