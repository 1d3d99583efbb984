package dev.deployclaw.policy.finding;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a finding is about; makes findings. */
public record FindingSubject(Optional<String> tenant, Optional<String> limit) {
  public static final FindingSubject ESTATE =
      new FindingSubject(Optional.empty(), Optional.empty());

  public static FindingSubject tenant(String tenant) {
    return new FindingSubject(Optional.of(tenant), Optional.empty());
  }

  public static FindingSubject limit(String tenant, String limit) {
    return new FindingSubject(Optional.of(tenant), Optional.of(limit));
  }

  public PolicyFinding error(
      CheckKind check, String reason, String remedy, Map<String, Object> evidence) {
    return finding(Severity.ERROR, new Text(check, reason, remedy), evidence);
  }

  public PolicyFinding warning(
      CheckKind check, String reason, String remedy, Map<String, Object> evidence) {
    return finding(Severity.WARNING, new Text(check, reason, remedy), evidence);
  }

  public PolicyFinding info(
      CheckKind check, String reason, String remedy, Map<String, Object> evidence) {
    return finding(Severity.INFO, new Text(check, reason, remedy), evidence);
  }

  private PolicyFinding finding(Severity severity, Text text, Map<String, Object> evidence) {
    return new PolicyFinding(
        severity,
        text.check(),
        tenant,
        limit,
        text.reason(),
        text.remedy(),
        new TreeMap<>(evidence));
  }

  private record Text(CheckKind check, String reason, String remedy) {}
}
