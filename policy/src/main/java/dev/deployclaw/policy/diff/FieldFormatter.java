package dev.deployclaw.policy.diff;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The fields of policies and gateways with their values as text, in the order of the document. */
final class FieldFormatter {
  private FieldFormatter() {}

  static Map<String, String> of(TenantPolicy policy) {
    var fields = new LinkedHashMap<String, String>();
    policy.labels().forEach((k, v) -> fields.put("labels." + k, v));
    policy.parent().ifPresent(p -> fields.put("parent", p));
    fields.put("blocked", String.valueOf(policy.blocked()));
    fields.put("onBackendFailure", policy.onBackendFailure().word());
    return fields;
  }

  static Map<String, String> of(Limit limit) {
    var fields = new LinkedHashMap<String, String>();
    limit.match().service().ifPresent(s -> fields.put("match.service", s));
    limit.match().route().ifPresent(r -> fields.put("match.route", r));
    limit.match().method().ifPresent(m -> fields.put("match.method", m));
    if (!limit.key().isEmpty()) {
      fields.put("key", PolicyYamlWriter.key(limit.key()));
    }
    fields.put("algorithm", limit.algorithm().word());
    fields.put("requests", String.valueOf(limit.requests()));
    boolean held = limit.algorithm() == LimitAlgorithm.CONCURRENCY;
    fields.put(held ? "lease" : "window", PolicyYamlWriter.window(limit.window()));
    fields.put("burst", String.valueOf(limit.burst()));
    fields.put("cost", String.valueOf(limit.cost()));
    fields.put("mode", limit.mode().word());
    limit
        .onBackendFailure()
        .map(BackendFailureMode::word)
        .ifPresent(f -> fields.put("onBackendFailure", f));
    limit
        .precision()
        .lease()
        .ifPresent(l -> fields.put("precision", "leased " + PolicyYamlWriter.lease(l)));
    return fields;
  }

  static Map<String, String> of(Gateway gateway) {
    var fields = new LinkedHashMap<String, String>();
    fields.put("namespace", gateway.namespace());
    fields.put("identity", String.valueOf(gateway.identity()));
    fields.put(
        "routes",
        gateway.routes().stream()
            .map(r -> r.prefix() + " " + r.service())
            .collect(Collectors.joining(", ")));
    return fields;
  }

  /** A whole limit in one line, for one that comes or goes. */
  static String line(Limit limit) {
    return of(limit).entrySet().stream()
        .map(e -> e.getKey() + " " + e.getValue())
        .collect(Collectors.joining(", "));
  }
}
