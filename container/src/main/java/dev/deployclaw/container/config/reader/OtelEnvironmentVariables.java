package dev.deployclaw.container.config.reader;

import java.util.HashMap;
import java.util.Map;

/**
 * The variables that OpenTelemetry's specification gives every exporter, as those of the section
 * {@code telemetry}; a variable of our own wins. Pure.
 */
final class OtelEnvironmentVariables {
  static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
  static final String HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";

  private static final String OURS = "DEPLOYCLAW_TELEMETRY_";

  private OtelEnvironmentVariables() {}

  /** The environment with what the standard variables in it come to. */
  static Map<String, String> added(Map<String, String> environment) {
    if (environment.keySet().stream().noneMatch(name -> name.startsWith("OTEL_"))) {
      return environment;
    }
    var out = new HashMap<String, String>();
    same(environment, ENDPOINT, "ENDPOINT", out);
    same(environment, HEADERS, "HEADERS", out);
    same(environment, "OTEL_SERVICE_NAME", "SERVICE_NAME", out);
    same(environment, "OTEL_EXPORTER_OTLP_PROTOCOL", "PROTOCOL", out);
    millis(environment, "OTEL_EXPORTER_OTLP_TIMEOUT", "TIMEOUT", out);
    millis(environment, "OTEL_METRIC_EXPORT_INTERVAL", "INTERVAL", out);
    off(environment, "OTEL_TRACES_EXPORTER", "TRACES", out);
    off(environment, "OTEL_METRICS_EXPORTER", "METRICS", out);
    if ("true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"))) {
      out.put(OURS + "ENABLED", "false");
    }
    out.putAll(environment);
    return Map.copyOf(out);
  }

  private static void same(
      Map<String, String> from, String standard, String ours, Map<String, String> to) {
    String value = from.getOrDefault(standard, "");
    if (!value.isBlank()) {
      to.put(OURS + ours, value.strip());
    }
  }

  private static void millis(
      Map<String, String> from, String standard, String ours, Map<String, String> to) {
    String value = from.getOrDefault(standard, "");
    if (!value.isBlank()) {
      to.put(OURS + ours, value.strip() + "ms");
    }
  }

  private static void off(
      Map<String, String> from, String standard, String ours, Map<String, String> to) {
    if ("none".equals(from.get(standard))) {
      to.put(OURS + ours, "false");
    }
  }
}
