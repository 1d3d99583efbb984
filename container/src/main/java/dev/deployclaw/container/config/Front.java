package dev.deployclaw.container.config;

import dev.deployclaw.policy.gateway.Edge;
import dev.deployclaw.policy.gateway.PathSpelling;
import dev.deployclaw.policy.gateway.Site;
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
public record Front(
    String listen,
    String service,
    Map<String, String> upstreams,
    Path pidFile,
    Path accessLog,
    List<String> askers,
    Edge edge,
    boolean foreground) {

  private static final int MOST_BACKSTOP = 1_000_000;

  /** How long an NGINX worker of an older file may go on with its connections. */
  private static final Duration WORKER_SHUTDOWN = Duration.ofSeconds(10);

  /** Of a gateway in a container: its paths are the container's, and have defaults. */
  static Front inContainer(Fields f, List<String> askers) {
    return new Front(
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
  static String service(Fields f) {
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
  static Edge edge(Fields f) {
    int backstop = f.whole("backstop", 0, 0, MOST_BACKSTOP);
    var trusted = f.texts("trusted");
    var most = backstop == 0 ? OptionalInt.empty() : OptionalInt.of(backstop);
    var paths =
        PathSpelling.ofWord(f.choice("paths", PathSpelling.STRICT.word(), PathSpelling.words()))
            .orElse(PathSpelling.STRICT);
    return f.make(() -> new Edge(trusted, most, paths)).orElse(Edge.NONE);
  }

  /**
   * What its file needs to know.
   *
   * @throws IllegalArgumentException where a value can't stand in such a file
   */
  public Site site() {
    return new Site(
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
