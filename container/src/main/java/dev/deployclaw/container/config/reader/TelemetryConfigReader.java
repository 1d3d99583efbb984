package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.TelemetryConfig;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads the section {@code telemetry}; without an endpoint nothing is sent.
 *
 * @param content of a file; empty where it can't be read
 */
record TelemetryConfigReader(Function<String, Optional<String>> content) {
  private static final Duration LEAST_INTERVAL = Duration.ofSeconds(1);
  private static final Duration MOST_FLUSH = Duration.ofSeconds(20);

  /** The name of a header and its value (RFC 9110), as they may be sent. */
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}) *= *([\\x20-\\x7e]{0,8192})");

  /** Those that belong to the connection. */
  private static final Pattern NOT_OURS =
      Pattern.compile("(?i)connection|content-length|content-type|expect|host|upgrade");

  Optional<TelemetryConfig> read(ConfigSection root) {
    var f = root.section("telemetry");
    boolean sends = f.optional("endpoint").isPresent();
    if (!sends && !root.given("telemetry")) {
      return Optional.empty();
    }
    boolean enabled = f.flag("enabled", true);
    var telemetry =
        new TelemetryConfig(
            f.url("endpoint"),
            headers(f),
            f.text("serviceName", "deployclaw"),
            f.flag("traces", true),
            f.flag("metrics", true),
            bounds(f));
    var _ = f.choice("protocol", "http/protobuf", List.of("http/protobuf"));
    f.done();
    check(f, telemetry.endpoint());
    return enabled ? Optional.of(telemetry) : Optional.empty();
  }

  private static void check(ConfigSection f, String endpoint) {
    if (!endpoint.isEmpty() && !endpoint.matches("(?i)https?://.*")) {
      f.wrong("endpoint", "is neither http:// nor https://", "write for example http://host:4318");
    }
  }

  private static TelemetryConfig.Bounds bounds(ConfigSection f) {
    var bounds =
        new TelemetryConfig.Bounds(
            f.duration("interval", Duration.ofMinutes(1)),
            f.duration("timeout", Duration.ofSeconds(10)),
            f.duration("flush", Duration.ofSeconds(2)));
    if (bounds.interval().compareTo(LEAST_INTERVAL) < 0) {
      f.wrong("interval", "is shorter than " + LEAST_INTERVAL.toSeconds() + "s", "");
    }
    if (bounds.timeout().isZero()) {
      f.wrong("timeout", "must be longer than zero", "");
    }
    if (bounds.flush().compareTo(MOST_FLUSH) > 0) {
      f.wrong("flush", "is longer than " + MOST_FLUSH.toSeconds() + "s", "");
    }
    return bounds;
  }

  /** Pairs {@code name=value}, apart by commas or lines, values percent-encoded where needed. */
  private Map<String, SecretValue> headers(ConfigSection f) {
    var written = f.secret("headers", content);
    var out = new TreeMap<String, SecretValue>(String.CASE_INSENSITIVE_ORDER);
    for (String pair : written.value().split("[,\\n]", -1)) {
      var header = HEADER.matcher(decoded(pair.strip()));
      if (header.matches() && !NOT_OURS.matcher(header.group(1)).matches()) {
        out.put(header.group(1), learnt(header.group(2)));
      } else if (!pair.isBlank()) {
        f.wrong("headers", "has an entry that can't be sent", "write name=value on each line");
      }
    }
    return out;
  }

  /** With what is behind its scheme, as in {@code Bearer …}. */
  private static SecretValue learnt(String value) {
    SecretRegistry.learn(value.substring(value.lastIndexOf(' ') + 1));
    return SecretValue.learnt(value);
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return value; // a per cent sign of its own
    }
  }
}
