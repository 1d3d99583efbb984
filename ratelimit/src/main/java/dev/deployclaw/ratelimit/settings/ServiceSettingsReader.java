package dev.deployclaw.ratelimit.settings;

import dev.deployclaw.policy.gateway.GatewayDecisionTimeout;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.token.JwksSource;
import dev.deployclaw.ratelimit.token.TokenSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads values and collects what is wrong with them. No message quotes a secret. */
record ServiceSettingsReader(
    Map<String, String> values, Map<String, String> environment, List<String> problems) {
  private static final int MOST_HEADER_VALUES = 1_000_000;
  private static final int MOST_LOOPS = 64;

  /** The gateway beside the service takes about as much CPU for a request as the decision. */
  private static final int CORES_A_LOOP = 2;

  /** More were never measured, and each one more splits leases and shared calls further. */
  private static final int MOST_USUAL_LOOPS = 4;

  /** What an event loop remembers is a share of the heap, which no further one may make scarce. */
  private static final long HEAP_A_LOOP = 32L << 20;

  static String variable(String name) {
    return "DC_RATELIMIT_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  EtcdSourceSettings etcd() {
    var endpoints = List.of(text("etcd").split(",", -1));
    long encrypted = endpoints.stream().filter(e -> e.startsWith("https://")).count();
    if (encrypted != 0 && encrypted != endpoints.size()) {
      problems.add("etcd mixes http:// and https://: write the same for each endpoint");
    }
    var tls = new EtcdSourceSettings.Tls(file("etcd-ca-file"), identity("etcd"));
    if (encrypted == 0 && !tls.equals(EtcdSourceSettings.Tls.JDK)) {
      problems.add("etcd-ca-file and etcd-cert-file are for https:// endpoints: write those");
    }
    var login = login("etcd");
    return new EtcdSourceSettings(endpoints, slashed(text("prefix")), login, tls);
  }

  RedisClusterSettings cluster() {
    var login = login("redis");
    return new RedisClusterSettings(addresses("redis"), redisTimeout(), login, redisTls());
  }

  /** A gateway that waits no longer answers by itself, whatever policies say for that case. */
  private Duration redisTimeout() {
    boolean envoys = optional("grpc-port").isPresent() || optional("grpc-socket").isPresent();
    var waits = envoys ? GatewayDecisionTimeout.ENVOY : GatewayDecisionTimeout.NGINX;
    int most = (int) waits.longestRedisTimeout().toMillis();
    int told = problems.size();
    int millis = number("redis-timeout-ms", 1, most);
    if (problems.size() > told) {
      problems.add(
          "redis-timeout-ms: %s waits %d ms for a decision, then answers without it"
              .formatted(waits.words(), waits.answer().toMillis()));
    }
    return Duration.ofMillis(millis);
  }

  private Optional<RedisClusterSettings.Tls> redisTls() {
    String state = text("redis-tls");
    var authority = file("redis-ca-file");
    var identity =
        identity("redis").map(i -> new RedisClusterSettings.Identity(i.certificate(), i.key()));
    if (!List.of("on", "off").contains(state)) {
      problems.add("redis-tls must be on or off: " + state);
    } else if (state.equals("off") && (authority.isPresent() || identity.isPresent())) {
      problems.add("redis-ca-file and redis-cert-file are for TLS: write redis-tls=on");
    }
    return state.equals("on")
        ? Optional.of(new RedisClusterSettings.Tls(authority, identity))
        : Optional.empty();
  }

  String text(String name) {
    String value = values.getOrDefault(name, "");
    if (value.isBlank()) {
      problems.add(name + " is missing");
    }
    return value;
  }

  Optional<String> optional(String name) {
    return Optional.of(text(name)).filter(value -> !value.equals("-"));
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

  BackendFailureMode failure(String name) {
    var failure = BackendFailureMode.ofWord(text(name));
    if (failure.isEmpty()) {
      problems.add(name + " must be allow or deny");
    }
    return failure.orElse(BackendFailureMode.DENY);
  }

  int eventLoops(Runtime machine) {
    return eventLoops(machine.availableProcessors(), machine.maxMemory());
  }

  /** More than there are cores would only take turns; more than the heap holds would exhaust it. */
  int eventLoops(int cores, long heap) {
    int held = Math.clamp(heap / HEAP_A_LOOP, 1, MOST_LOOPS);
    if (optional("event-loops").isEmpty()) {
      return Math.clamp(Math.min(cores / CORES_A_LOOP, held), 1, MOST_USUAL_LOOPS);
    }
    int loops = Math.min(cores, number("event-loops", 1, MOST_LOOPS));
    if (loops > held) {
      problems.add(
          "event-loops: %d need %d MiB of heap, and there are %d: raise -Xmx, or take %d"
              .formatted(loops, (loops * HEAP_A_LOOP) >> 20, heap >> 20, held));
    }
    return loops;
  }

  FrontendSettings fronts() {
    var style = HeaderStyle.ofWord(text("headers"));
    if (style.isEmpty()) {
      problems.add("headers must be both, draft, old or none");
    }
    var grpc =
        optional("grpc-port").isPresent()
            ? OptionalInt.of(number("grpc-port", 0, 65_535))
            : OptionalInt.empty();
    return new FrontendSettings(
        style.orElse(HeaderStyle.BOTH),
        grpc,
        tokens(),
        new AccessSettingsReader(this).access(),
        number("most-header-values", 1, MOST_HEADER_VALUES));
  }

  private TokenSettings tokens() {
    var leeway = number("jwt-leeway-s", 0, (int) TokenSettings.LONGEST_LEEWAY.toSeconds());
    var algorithms = List.of(text("jwt-algorithms").split(",", -1));
    try {
      var tokens = new TokenSettings(keys(), algorithms, Duration.ofSeconds(leeway), longest());
      tokens.trouble().ifPresent(t -> problems.add("jwt-keys-file can't be used: " + t));
      return tokens;
    } catch (IllegalArgumentException e) {
      problems.add("jwt-algorithms: " + e.getMessage());
      return TokenSettings.NONE;
    }
  }

  private Duration longest() {
    int most = (int) TokenSettings.LONGEST_LIFE.toSeconds();
    return Duration.ofSeconds(number("jwt-longest-life-s", 60, most));
  }

  private JwksSource keys() {
    var file = file("jwt-keys-file").map(JwksSource.File::new);
    var url = optional("jwt-keys-url").flatMap(this::url);
    if (file.isPresent() && url.isPresent()) {
      problems.add("jwt-keys-file and jwt-keys-url: give one of them");
    }
    return file.<JwksSource>map(f -> f).or(() -> url).orElseGet(JwksSource.None::new);
  }

  /** Without encryption, anyone on the network path could insert keys of their own. */
  private Optional<JwksSource> url(String text) {
    try {
      var url = new URI(text);
      boolean near = List.of("127.0.0.1", "localhost", "[::1]").contains(url.getHost());
      if (url.getHost() != null
          && ("https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && near))) {
        return Optional.of(new JwksSource.Url(url));
      }
    } catch (URISyntaxException e) {
      // said below
    }
    problems.add("jwt-keys-url must be an https:// URL, or http:// on this machine: " + text);
    return Optional.empty();
  }

  /** A password without a name is that of Redis' user {@code default}; etcd has no such user. */
  private Optional<ServerLogin> login(String server) {
    var user = optional(server + "-user");
    var password = secret(server + "-password");
    if (user.isPresent() && password.isEmpty()) {
      problems.add(
          "%s-user needs a password: give --%s-password-file, or set %s"
              .formatted(server, server, variable(server + "-password")));
    }
    if (user.isEmpty() && password.isPresent() && server.equals("etcd")) {
      problems.add("etcd-password-file needs --etcd-user");
    }
    return password.map(p -> new ServerLogin(user.orElse("default"), p));
  }

  Optional<String> secret(String name) {
    var file = file(name + "-file");
    if (file.isEmpty()) {
      return Optional.ofNullable(environment.get(variable(name))).filter(s -> !s.isEmpty());
    }
    try {
      var content = Optional.of(Files.readString(file.get()).strip()).filter(s -> !s.isEmpty());
      if (content.isEmpty()) {
        problems.add(name + "-file is empty: " + file.get());
      }
      return content;
    } catch (IOException e) {
      return Optional.empty(); // said where the file was looked for
    }
  }

  private Optional<EtcdSourceSettings.Identity> identity(String server) {
    var certificate = file(server + "-cert-file");
    var key = file(server + "-key-file");
    if (certificate.isPresent() != key.isPresent()) {
      problems.add(server + "-cert-file and " + server + "-key-file are needed together");
    }
    return certificate.flatMap(c -> key.map(k -> new EtcdSourceSettings.Identity(c, k)));
  }

  Optional<Path> file(String name) {
    var path = optional(name).map(Path::of);
    path.filter(p -> !Files.isReadable(p))
        .ifPresent(p ->
            problems.add(name + " can't be read: " + p + "; check the path and its permissions"));
    return path;
  }

  private List<RedisAddress> addresses(String name) {
    var addresses = new ArrayList<RedisAddress>();
    for (String part : text(name).split(",", -1)) {
      try {
        addresses.add(RedisAddress.parse(part.strip()));
      } catch (IllegalArgumentException e) {
        problems.add(name + ": " + e.getMessage());
      }
    }
    return addresses;
  }

  private static String slashed(String prefix) {
    return prefix.endsWith("/") ? prefix : prefix + "/";
  }
}
