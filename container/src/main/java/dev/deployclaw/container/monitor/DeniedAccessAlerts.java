package dev.deployclaw.container.monitor;

import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberPhrases.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What this agent may not see, by heartbeats and by looks for drift: one condition for each
 * namespace, or for a back end without any. Waiting doesn't mend it: a person gives the right, or
 * renews the credential.
 */
final class DeniedAccessAlerts {
  private DeniedAccessAlerts() {}

  static List<AlertCondition> conditions(
      Collection<EnforcementPointStatus> points, Collection<Discrepancy> differences) {
    var bySubject = new TreeMap<String, SortedMap<String, String>>();
    differences.stream()
        .filter(d -> d.kind() == Discrepancy.Kind.ACCESS_DENIED)
        .forEach(d -> add(bySubject, d.member(), d.detail()));
    points.stream()
        .filter(EnforcementPointStatus::denied)
        .forEach(s -> add(bySubject, s.member(), s.reason()));
    var out = new ArrayList<AlertCondition>();
    bySubject.forEach((subject, members) -> out.add(condition(subject, members)));
    return out;
  }

  private static void add(
      SortedMap<String, SortedMap<String, String>> bySubject, String member, String reason) {
    bySubject.computeIfAbsent(subject(member), _ -> new TreeMap<>()).put(member, reason);
  }

  /** The namespace of a gateway or a service; of a Redis node, "redis". */
  private static String subject(String member) {
    String[] parts = member.split("/", -1);
    return parts.length > 2 ? parts[1] : parts[0];
  }

  private static AlertCondition condition(String subject, SortedMap<String, String> members) {
    var entries =
        members.entrySet().stream()
            .map(m -> new Entry(m.getKey(), m.getKey() + " (" + m.getValue() + ")", true))
            .toList();
    String summary =
        "ACCESS_DENIED: %d %s of %s can't be seen: %s"
            .formatted(
                members.size(),
                members.size() == 1 ? "member" : "members",
                subject,
                MemberPhrases.listed(entries));
    var reasons =
        members.entrySet().stream()
            .map(m -> Map.of("member", m.getKey(), "reason", m.getValue()))
            .toList();
    return new AlertCondition(
        AlertKind.ACCESS_DENIED,
        subject,
        summary,
        List.copyOf(members.keySet()),
        Map.of("denied", reasons, "remedy", Discrepancy.Kind.ACCESS_DENIED.remedy()));
  }
}
