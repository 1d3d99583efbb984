package dev.deployclaw.ratelimit.settings;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.token.TokenSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the service runs. Read from {@code --name=value} arguments, then from the environment ({@code
 * --redis-timeout-ms} is {@code DC_RATELIMIT_REDIS_TIMEOUT_MS}), then defaults. A password is read
 * from the file that is named, or from the environment ({@code DC_RATELIMIT_REDIS_PASSWORD}), never
 * from an argument, which others on the machine could see.
 *
 * @param host where it listens; loopback unless said otherwise
 * @param port 0 for any free one
 * @param portFile gets the port in decimal once the service answers
 * @param etcd what is committed is read from there
 * @param redis what a decision waits for it is less than the gateways wait for the decision
 * @param namespace names the service in its log
 * @param fronts how gateways and clients are spoken to
 * @param withoutPolicy what happens to requests before any policy set could be read
 * @param eventLoops how many there are, each with connections to Redis of its own
 */
public record ServiceSettings(
    String host,
    int port,
    Optional<Path> portFile,
    EtcdSourceSettings etcd,
    RedisClusterSettings redis,
    String namespace,
    FrontendSettings fronts,
    BackendFailureMode withoutPolicy,
    int eventLoops) {

  /** By name; an empty default means that the setting is needed, "-" that it may be left out. */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("host", "127.0.0.1"),
          Map.entry("port", "8089"),
          Map.entry("port-file", "-"),
          Map.entry("event-loops", "-"),
          Map.entry("etcd", ""),
          Map.entry("etcd-user", "-"),
          Map.entry("etcd-password-file", "-"),
          Map.entry("etcd-ca-file", "-"),
          Map.entry("etcd-cert-file", "-"),
          Map.entry("etcd-key-file", "-"),
          Map.entry("prefix", "/deployclaw/default/"),
          Map.entry("redis", ""),
          Map.entry("redis-user", "-"),
          Map.entry("redis-password-file", "-"),
          Map.entry("namespace", "default"),
          Map.entry("headers", "both"),
          Map.entry("grpc-port", "-"),
          Map.entry("jwt-keys-file", "-"),
          Map.entry("jwt-keys-url", "-"),
          Map.entry("jwt-algorithms", String.join(",", TokenSettings.USUAL)),
          Map.entry("jwt-leeway-s", "30"),
          Map.entry("jwt-longest-life-s", Long.toString(TokenSettings.USUAL_LIFE.toSeconds())),
          Map.entry("socket", "-"),
          Map.entry("grpc-socket", "-"),
          Map.entry("socket-mode", "660"),
          Map.entry("socket-group", "-"),
          Map.entry("status-host", "-"),
          Map.entry("status-port", "-"),
          Map.entry("status-token-file", "-"),
          Map.entry("status-cert-file", "-"),
          Map.entry("status-key-file", "-"),
          Map.entry("status-client-ca-file", "-"),
          Map.entry("most-connections", Integer.toString(AccessSettings.USUAL_CONNECTIONS)),
          Map.entry("most-header-values", Integer.toString(FrontendSettings.USUAL_HEADER_VALUES)),
          Map.entry("redis-tls", "off"),
          Map.entry("redis-ca-file", "-"),
          Map.entry("redis-cert-file", "-"),
          Map.entry("redis-key-file", "-"),
          Map.entry("redis-timeout-ms", "100"),
          Map.entry("on-backend-failure", "deny"));

  /** All that is wrong with the settings, one line each. */
  public static final class Invalid extends Exception {
    Invalid(List<String> problems) {
      super(String.join("\n", problems));
    }
  }

  public static ServiceSettings read(List<String> arguments, Map<String, String> environment)
      throws Invalid {
    var problems = new ArrayList<String>();
    var values = values(arguments, environment, problems);
    var reader = new ServiceSettingsReader(values, environment, problems);
    var settings =
        new ServiceSettings(
            reader.text("host"),
            reader.number("port", 0, 65_535),
            reader.optional("port-file").map(Path::of),
            reader.etcd(),
            reader.cluster(),
            reader.text("namespace"),
            reader.fronts(),
            reader.failure("on-backend-failure"),
            reader.eventLoops(Runtime.getRuntime()));
    if (!problems.isEmpty()) {
      throw new Invalid(problems);
    }
    return settings;
  }

  private static Map<String, String> values(
      List<String> arguments, Map<String, String> environment, List<String> problems) {
    var values = new TreeMap<>(DEFAULTS);
    for (String name : DEFAULTS.keySet()) {
      String variable = ServiceSettingsReader.variable(name);
      values.compute(name, (_, otherwise) -> environment.getOrDefault(variable, otherwise));
    }
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals > 2 && argument.startsWith("--") ? argument.substring(2, equals) : "";
      if (DEFAULTS.containsKey(name)) {
        values.put(name, argument.substring(equals + 1));
      } else if (DEFAULTS.containsKey(name + "-file")) {
        problems.add(
            ("%s can't be an argument, since other users can see it: give "
                    + "--%s-file=FILE, or set %s")
                .formatted(name, name, ServiceSettingsReader.variable(name)));
      } else {
        problems.add("unknown argument " + argument + "; known: --name=value for " + names());
      }
    }
    return values;
  }

  private static String names() {
    return String.join(", ", new TreeMap<>(DEFAULTS).keySet());
  }
}
