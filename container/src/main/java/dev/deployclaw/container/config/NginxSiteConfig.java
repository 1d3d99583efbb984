package dev.deployclaw.container.config;

import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.PathStrictness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Where a gateway stands, as its NGINX sees it, whatever it runs in.
 *
 * @param listen host:port that NGINX listens on
 * @param service host:port of the rate limit service beside it
 * @param upstreams host:port by service name
 * @param askers from where else than loopback the agent asks
 * @param edge what is done before anybody is asked about a request
 * @param foreground whether the file says {@code daemon off}; else the command line does, or
 *     nothing needs to
 */
public record NginxSiteConfig(
    String listen,
    String service,
    Map<String, String> upstreams,
    Path pidFile,
    Path accessLog,
    List<String> askers,
    EdgePolicy edge,
    boolean foreground) {

  private static final int MOST_BACKSTOP = 1_000_000;

  /** How long an NGINX worker of an older file may go on with its connections. */
  private static final Duration WORKER_SHUTDOWN = Duration.ofSeconds(10);

  /** Of a gateway in a container: its paths are the container's, and have defaults. */
  public static NginxSiteConfig inContainer(ConfigSection f, List<String> askers) {
    return new NginxSiteConfig(
        f.required("listen"),
        service(f),
        f.textMap("upstreams"),
        Path.of(f.text("pidFile", "/run/nginx.pid")),
        Path.of(f.text("accessLog", "/var/log/nginx/access.log")),
        askers,
        edge(f),
        f.flag("foreground", false));
  }

  /** Where the rate limit service beside it is: {@code host:port}, or {@code unix:/its/socket}. */
  public static String service(ConfigSection f) {
    String value = f.required("service");
    if (!value.isEmpty() && !value.startsWith("unix:/")) {
      f.checkAddress("service", value);
    }
    return value;
  }

  /**
   * Which hops are trusted, how many requests a second each tenant may send at all, and which
   * spellings of a path are passed on.
   */
  public static EdgePolicy edge(ConfigSection f) {
    int backstop = f.whole("backstop", 0, 0, MOST_BACKSTOP);
    var trusted = f.texts("trusted");
    var most = backstop == 0 ? OptionalInt.empty() : OptionalInt.of(backstop);
    var paths =
        PathStrictness.ofWord(
                f.choice("paths", PathStrictness.STRICT.word(), PathStrictness.words()))
            .orElse(PathStrictness.STRICT);
    return f.make(() -> new EdgePolicy(trusted, most, paths)).orElse(EdgePolicy.NONE);
  }

  /**
   * What its file needs to know.
   *
   * @throws IllegalArgumentException where a value can't stand in such a file
   */
  public GatewaySite site() {
    return new GatewaySite(
        listen,
        service,
        new TreeMap<>(upstreams),
        pidFile,
        accessLog,
        foreground,
        WORKER_SHUTDOWN,
        askers,
        edge);
  }
}
