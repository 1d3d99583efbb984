package dev.deployclaw.core.overlay;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.source.CollectedPolicies;
import dev.deployclaw.policy.source.PolicyCollector;
import dev.deployclaw.policy.source.PolicySource;
import dev.deployclaw.policy.source.TenantDefinitionRights;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the look {@code sources.read} reports: one report for each document, {@code YES} with the
 * facts {@code folder}, {@code file}, {@code namespace} and {@code text}; the first of each source
 * with {@code tenants}, the names that this namespace may define, or {@code *}; and where that is
 * known {@code changed_by}, who wrote it last and when. {@code NO} with the same facts but the text
 * is what was read and is no text. Whatever could not be read is {@code UNKNOWN} with its reason,
 * so that it is never taken for empty.
 */
public final class SourceReports {
  /** The fact that says who wrote a document last. */
  public static final String EDITOR = "changed_by";

  /** The fact that says how a document is written back to, where it is. */
  public static final String WRITE_BACK = "write_back";

  private SourceReports() {}

  /**
   * All documents put together; a failed look is one unreadable source.
   *
   * @param committed the present state, so that a document that can't be parsed may be known by it
   */
  public static CollectedPolicies collect(CallOutcome outcome, PolicySet committed) {
    return switch (outcome) {
      case CallOutcome.Failed(CallFault fault) ->
          collect(List.of(MemberReport.unknown("sources", fault.reason())), committed);
      case CallOutcome.Done done -> collect(done.reports(), committed);
    };
  }

  /** The documents that were read, by the names that they have as sources: the first of each. */
  public static Map<String, MemberReport> documents(CallOutcome outcome) {
    var documents = new TreeMap<String, MemberReport>();
    if (outcome instanceof CallOutcome.Done done) {
      done.reports().stream()
          .filter(r -> r.answer() == MemberReport.Answer.YES)
          .forEach(r -> documents.putIfAbsent(name(r), r));
    }
    return documents;
  }

  /** Who wrote a document last, and when, where its source says so. */
  public static Optional<String> editor(Map<String, MemberReport> documents, String source) {
    return Optional.ofNullable(documents.get(source))
        .map(r -> text(r, EDITOR))
        .filter(by -> !by.isEmpty());
  }

  private static CollectedPolicies collect(List<MemberReport> reports, PolicySet committed) {
    List<PolicySource> sources = new ArrayList<>();
    Map<String, Set<String>> allowed = new TreeMap<>();
    for (var report : reports) {
      switch (report.answer()) {
        case YES -> sources.add(document(report));
        case NO -> sources.add(malformed(report));
        case UNKNOWN -> sources.add(new PolicySource.Unreadable(report.member(), report.reason()));
        case SKIPPED -> {}
      }
      allowed
          .computeIfAbsent(text(report, "namespace"), _ -> new HashSet<>())
          .addAll(tenants(report));
    }
    return PolicyCollector.collect(
        sources, TenantDefinitionRights.of(allowed), committed.tenants().keySet());
  }

  private static PolicySource document(MemberReport report) {
    return new PolicySource.Document(name(report), text(report, "namespace"), text(report, "text"));
  }

  private static PolicySource malformed(MemberReport report) {
    return new PolicySource.Malformed(name(report), text(report, "namespace"), report.reason());
  }

  private static String name(MemberReport report) {
    String file = text(report, "file");
    return file.isEmpty() ? report.member() : text(report, "folder") + "/" + file;
  }

  private static List<String> tenants(MemberReport report) {
    return report.facts().get("tenants") instanceof Collection<?> names
        ? names.stream().map(String::valueOf).toList()
        : List.of();
  }

  private static String text(MemberReport report, String fact) {
    return report.facts().get(fact) instanceof String s ? s : "";
  }
}
