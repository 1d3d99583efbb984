package dev.deployclaw.core.plan;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.parse.Collected;
import dev.deployclaw.policy.parse.Source;
import dev.deployclaw.policy.parse.Sources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the look {@code sources.read} reports: one report for each document, {@code YES} with the
 * facts {@code folder}, {@code file}, {@code namespace}, {@code text}, and {@code tenants} (the
 * names that this namespace may define, or {@code *}). Whatever could not be read is {@code
 * UNKNOWN} with its reason, so that it is never taken for empty.
 */
public final class SourceReports {
  private static final String ANY = "*";

  private SourceReports() {}

  /** All documents put together; a failed look is one unreadable source. */
  public static Collected collect(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed(Fault fault) ->
          Sources.collect(List.of(new Source.Unreadable("sources", fault.reason())));
      case Outcome.Done done -> collect(done.reports());
    };
  }

  private static Collected collect(List<Report> reports) {
    List<Source> sources = new ArrayList<>();
    Map<String, Set<String>> allowed = new TreeMap<>();
    for (var report : reports) {
      switch (report.answer()) {
        case YES -> {
          sources.add(document(report));
          allowed
              .computeIfAbsent(text(report, "namespace"), _ -> new HashSet<>())
              .addAll(tenants(report));
        }
        case NO, UNKNOWN -> sources.add(new Source.Unreadable(report.member(), report.reason()));
        case SKIPPED -> {}
      }
    }
    return Sources.collect(sources, (home, tenant) -> may(allowed.get(home), tenant));
  }

  private static boolean may(@Nullable Set<String> allowed, String tenant) {
    return allowed != null && (allowed.contains(ANY) || allowed.contains(tenant));
  }

  private static Source.Document document(Report report) {
    String file = text(report, "file");
    String name = file.isEmpty() ? "" : text(report, "folder") + "/" + file;
    return new Source.Document(
        name.isEmpty() ? report.member() : name, text(report, "namespace"), text(report, "text"));
  }

  private static List<String> tenants(Report report) {
    return report.facts().get("tenants") instanceof Collection<?> names
        ? names.stream().map(String::valueOf).toList()
        : List.of();
  }

  private static String text(Report report, String fact) {
    return report.facts().get(fact) instanceof String s ? s : "";
  }
}
