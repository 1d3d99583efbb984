package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.ratelimit.redis.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the service runs. Read from {@code --name=value} arguments, then from the environment ({@code
 * --redis-timeout-ms} is {@code DC_RATELIMIT_REDIS_TIMEOUT_MS}), then defaults.
 *
 * @param host where it listens; loopback unless said otherwise
 * @param port 0 for any free one
 * @param portFile gets the port in decimal once the service answers
 * @param etcd one or more endpoints, separated by commas
 * @param prefix of the domain's keys
 * @param redis nodes to ask first
 * @param namespace names the service in its log
 * @param redisTimeout bounds each call to a node; at most {@link #LONGEST_REDIS_TIMEOUT}
 * @param withoutPolicy what happens to requests before any policy set could be read
 */
public record Settings(
    String host,
    int port,
    Optional<Path> portFile,
    String etcd,
    String prefix,
    List<Address> redis,
    String namespace,
    Duration redisTimeout,
    BackendFailure withoutPolicy) {

  public static final Duration LONGEST_REDIS_TIMEOUT = Duration.ofSeconds(5);

  /** By name; an empty default means that the setting is needed, "-" that it may be left out. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "host", "127.0.0.1",
          "port", "8089",
          "port-file", "-",
          "etcd", "",
          "prefix", "/deployclaw/default/",
          "redis", "",
          "namespace", "default",
          "redis-timeout-ms", "100",
          "on-backend-failure", "deny");

  public Settings {
    prefix = prefix.endsWith("/") ? prefix : prefix + "/";
    redis = List.copyOf(redis);
  }

  /** All that is wrong with the settings, one line each. */
  public static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    Invalid(List<String> problems) {
      super(String.join("\n", problems));
    }
  }

  public static Settings read(List<String> arguments, Map<String, String> environment)
      throws Invalid {
    var problems = new ArrayList<String>();
    var values = values(arguments, environment, problems);
    var reader = new Reader(values, problems);
    var settings =
        new Settings(
            reader.text("host"),
            reader.number("port", 0, 65_535),
            Optional.of(reader.text("port-file")).filter(f -> !f.equals("-")).map(Path::of),
            reader.text("etcd"),
            reader.text("prefix"),
            reader.addresses("redis"),
            reader.text("namespace"),
            Duration.ofMillis(
                reader.number("redis-timeout-ms", 1, (int) LONGEST_REDIS_TIMEOUT.toMillis())),
            reader.failure("on-backend-failure"));
    if (!problems.isEmpty()) {
      throw new Invalid(problems);
    }
    return settings;
  }

  private static Map<String, String> values(
      List<String> arguments, Map<String, String> environment, List<String> problems) {
    var values = new TreeMap<>(DEFAULTS);
    for (String name : DEFAULTS.keySet()) {
      String variable = "DC_RATELIMIT_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
      values.compute(name, (_, otherwise) -> environment.getOrDefault(variable, otherwise));
    }
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals > 2 && argument.startsWith("--") ? argument.substring(2, equals) : "";
      if (DEFAULTS.containsKey(name)) {
        values.put(name, argument.substring(equals + 1));
      } else {
        problems.add("unknown argument " + argument + "; known: --name=value for " + names());
      }
    }
    return values;
  }

  private static String names() {
    return String.join(", ", new TreeMap<>(DEFAULTS).keySet());
  }

  /** Reads values and collects what is wrong with them. */
  private record Reader(Map<String, String> values, List<String> problems) {

    String text(String name) {
      String value = values.getOrDefault(name, "");
      if (value.isBlank()) {
        problems.add(name + " is missing");
      }
      return value;
    }

    int number(String name, int least, int most) {
      String value = text(name);
      try {
        int number = Integer.parseInt(value);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      problems.add(name + " must be a whole number from " + least + " to " + most + ": " + value);
      return least;
    }

    List<Address> addresses(String name) {
      var addresses = new ArrayList<Address>();
      for (String part : text(name).split(",", -1)) {
        try {
          addresses.add(Address.parse(part.strip()));
        } catch (IllegalArgumentException e) {
          problems.add(name + ": " + e.getMessage());
        }
      }
      return addresses;
    }

    BackendFailure failure(String name) {
      var failure = BackendFailure.ofWord(text(name));
      if (failure.isEmpty()) {
        problems.add(name + " must be allow or deny");
      }
      return failure.orElse(BackendFailure.DENY);
    }
  }
}
