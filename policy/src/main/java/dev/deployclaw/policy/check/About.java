package dev.deployclaw.policy.check;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a finding is about; makes findings. */
record About(Optional<String> tenant, Optional<String> limit) {
  static final About ESTATE = new About(Optional.empty(), Optional.empty());

  static About tenant(String tenant) {
    return new About(Optional.of(tenant), Optional.empty());
  }

  static About limit(String tenant, String limit) {
    return new About(Optional.of(tenant), Optional.of(limit));
  }

  Finding error(Check check, String reason, String remedy, Map<String, Object> evidence) {
    return finding(Severity.ERROR, new Text(check, reason, remedy), evidence);
  }

  Finding warning(Check check, String reason, String remedy, Map<String, Object> evidence) {
    return finding(Severity.WARNING, new Text(check, reason, remedy), evidence);
  }

  Finding info(Check check, String reason, String remedy, Map<String, Object> evidence) {
    return finding(Severity.INFO, new Text(check, reason, remedy), evidence);
  }

  private Finding finding(Severity severity, Text text, Map<String, Object> evidence) {
    return new Finding(
        severity,
        text.check(),
        tenant,
        limit,
        text.reason(),
        text.remedy(),
        new TreeMap<>(evidence));
  }

  private record Text(Check check, String reason, String remedy) {}
}
