package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.document.QuotedText;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;

/**
 * Writes a policy as the YAML document that {@link PolicyDocumentReader} reads back as the same
 * policy. What equals its default is left out, but for the choice between failing open and closed.
 */
public final class PolicyYamlWriter {
  private final StringBuilder out = new StringBuilder();

  private PolicyYamlWriter() {}

  public static String yaml(TenantPolicy policy) {
    var writer = new PolicyYamlWriter();
    writer.policy(policy);
    return writer.out.toString();
  }

  /** A window in its largest whole unit, as {@code 5m}. */
  public static String window(Duration window) {
    long seconds = window.toSeconds();
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** A lease of a leased limit in its largest whole unit, as {@code 50ms}. */
  public static String lease(Duration lease) {
    return lease.toMillisPart() == 0 ? lease.toSeconds() + "s" : lease.toMillis() + "ms";
  }

  /** A key as a flow sequence, as {@code ["client-address"]}. */
  public static String key(List<CounterKeyPart> key) {
    var parts = key.stream().map(CounterKeyPart::word).map(QuotedText::of).toList();
    return "[" + String.join(", ", parts) + "]";
  }

  private void policy(TenantPolicy policy) {
    line("apiVersion: " + PolicyDocumentReader.API_VERSION);
    line("kind: " + PolicyDocumentReader.KIND);
    line("metadata:");
    line("  tenant: " + QuotedText.of(policy.tenant()));
    if (!policy.labels().isEmpty()) {
      line("  labels:");
      policy.labels().forEach((k, v) -> line("    " + QuotedText.of(k) + ": " + QuotedText.of(v)));
    }
    line("spec:");
    policy.parent().ifPresent(p -> line("  parent: " + QuotedText.of(p)));
    if (policy.blocked()) {
      line("  blocked: true");
    }
    line("  onBackendFailure: " + policy.onBackendFailure().word());
    line(policy.limits().isEmpty() ? "  limits: []" : "  limits:");
    policy.limits().forEach(this::limit);
  }

  private void limit(Limit limit) {
    line("    - name: " + QuotedText.of(limit.name()));
    match(limit.match());
    if (!limit.key().isEmpty()) {
      field("key", key(limit.key()));
    }
    field("algorithm", limit.algorithm().word());
    field("requests", String.valueOf(limit.requests()));
    if (limit.algorithm() != LimitAlgorithm.CONCURRENCY) {
      field("window", window(limit.window()));
    } else if (!limit.window().equals(Limit.DEFAULT_LEASE)) {
      field("lease", window(limit.window()));
    }
    if (limit.burst() != Math.max(1, limit.requests())) {
      field("burst", String.valueOf(limit.burst()));
    }
    if (limit.cost() != 1) {
      field("cost", String.valueOf(limit.cost()));
    }
    if (limit.mode() != EnforcementMode.ENFORCE) {
      field("mode", limit.mode().word());
    }
    limit.onBackendFailure().ifPresent(f -> field("onBackendFailure", f.word()));
    limit.precision().lease().ifPresent(l -> field("precision", "{ leased: " + lease(l) + " }"));
  }

  private void match(RequestMatch match) {
    if (match.equals(RequestMatch.ANY)) {
      return;
    }
    line("      match:");
    match.service().ifPresent(s -> line("        service: " + QuotedText.of(s)));
    match.route().ifPresent(r -> line("        route: " + QuotedText.of(r)));
    match.method().ifPresent(m -> line("        method: " + QuotedText.of(m)));
  }

  private void field(String name, String value) {
    line("      " + name + ": " + value);
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
