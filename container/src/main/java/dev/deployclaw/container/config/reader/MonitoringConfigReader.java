package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads the sections {@code watch} and {@code notify}.
 *
 * @param content of a file, as its path is written; empty where it can't be read
 */
record MonitoringConfigReader(Function<String, Optional<String>> content) {
  private static final String PAGER_DUTY = "https://events.pagerduty.com";
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final int SHORTEST_SECRET = 16;
  private static final int MOST_SINKS = 32;

  /** It names a folder. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  static MonitoringConfig watch(ConfigSection f) {
    var watch =
        new MonitoringConfig(
            period(f, "heartbeat", MonitoringConfig.DEFAULT.heartbeat()),
            period(f, "drift", MonitoringConfig.DEFAULT.drift()));
    f.done();
    return watch;
  }

  List<NotificationSinkConfig> sinks(ConfigSection root) {
    var out = new ArrayList<NotificationSinkConfig>();
    var names = new HashSet<String>();
    for (var f : root.sections("notify")) {
      var sink = sink(f);
      if (!sink.name().isEmpty() && !names.add(sink.name())) {
        f.wrong("name", "names a second sink " + sink.name(), "give each its own");
      }
      out.add(sink);
      f.done();
    }
    if (out.size() > MOST_SINKS) {
      root.wrong("notify", "has more than " + MOST_SINKS + " entries", "leave some out");
    }
    return out;
  }

  private static Duration period(ConfigSection f, String key, Duration otherwise) {
    var period = f.duration(key, otherwise);
    if (period.compareTo(LEAST) < 0) {
      f.wrong(key, "is shorter than " + LEAST.toSeconds() + "s", "");
    }
    return period;
  }

  private NotificationSinkConfig sink(ConfigSection f) {
    String name = f.required("name");
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      f.wrong("name", "may hold lower-case letters, digits and - only", "");
    }
    String type = f.choice("type", "webhook", List.of("alertmanager", "pagerduty", "webhook"));
    Target target =
        switch (type) {
          case "alertmanager" -> new Target.Alertmanager(f.url("url"), f.secret("token", content));
          case "pagerduty" ->
              new Target.PagerDuty(
                  f.given("url") ? f.url("url") : PAGER_DUTY, needed(f, "routingKey", 1, content));
          default -> webhook(f);
        };
    return new NotificationSinkConfig(name, target, events(f));
  }

  private Target webhook(ConfigSection f) {
    String url = f.url("url");
    SecretRegistry.learnPath(url);
    return new Target.Webhook(url, needed(f, "secret", SHORTEST_SECRET, content));
  }

  /** A secret of that length at least, from a file. */
  static SecretValue needed(
      ConfigSection f, String key, int shortest, Function<String, Optional<String>> content) {
    var secret = f.secret(key, content);
    if (secret.value().length() < shortest) {
      f.wrong(
          key + "File",
          "needs a file with a secret of at least " + shortest + " characters",
          "write it, and give its path as " + key + "File");
    }
    return secret;
  }

  private static Set<String> events(ConfigSection f) {
    var words = f.texts("events");
    for (String word : words) {
      if (!NotificationSinkConfig.EVENTS.contains(word)) {
        f.wrong("events", "\"" + word + "\" is not one of " + NotificationSinkConfig.EVENTS, "");
      }
    }
    return Set.copyOf(words.isEmpty() ? NotificationSinkConfig.EVENTS : words);
  }
}
