package dev.deployclaw.policy.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where a gateway stands: what the configuration says of it, and the policy set doesn't. Spellings
 * that NGINX would read as more than an address or a path are refused.
 *
 * @param listen address and port that clients reach, {@code host:port} or a port
 * @param service {@code host:port} of the rate limit service beside it, or {@code unix:/its/socket}
 * @param upstreams {@code host:port} by service
 * @param pidFile where NGINX writes its process id; a folder {@code tmp} beside it takes large
 *     bodies
 * @param accessLog one {@link AccessLogLine} per request; {@code error.log} stands beside it
 * @param foreground whether the file itself tells NGINX not to become a daemon; false where the
 *     command line says so
 * @param workerShutdown how long a worker of an older file may go on with its connections
 * @param askers addresses or networks that may ask which file it acts on; its own machine always
 *     may
 * @param edge what is done before anybody is asked about a request
 */
public record GatewaySite(
    String listen,
    String service,
    SortedMap<String, String> upstreams,
    Path pidFile,
    Path accessLog,
    boolean foreground,
    Duration workerShutdown,
    List<String> askers,
    EdgePolicy edge) {

  private static final String HOST = "\\*|[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+]";
  private static final Pattern LISTEN = Pattern.compile("(?:(" + HOST + "):)?(\\d{1,5})");
  private static final Pattern ADDRESS = Pattern.compile("(?:" + HOST + "):\\d{1,5}");
  private static final Pattern SERVICE =
      Pattern.compile(ADDRESS.pattern() + "|unix:/[A-Za-z0-9._/-]{1,99}");
  private static final Pattern ASKER = Pattern.compile("[0-9A-Fa-f:.]{2,45}(?:/\\d{1,3})?");
  private static final Pattern PLAIN = Pattern.compile("/[^\\p{Cntrl}\"'$\\\\]*");

  public GatewaySite {
    upstreams = Collections.unmodifiableSortedMap(new TreeMap<>(upstreams));
    askers = List.copyOf(askers);
    spelled("listen", LISTEN, listen);
    spelled("service", SERVICE, service);
    upstreams.values().forEach(u -> spelled("upstream", ADDRESS, u));
    askers.forEach(a -> spelled("asker", ASKER, a));
    spelled("pidFile", PLAIN, pidFile.toString());
    spelled("accessLog", PLAIN, accessLog.toString());
    if (workerShutdown.toSeconds() < 1) {
      throw new IllegalArgumentException("workerShutdown is below one second: " + workerShutdown);
    }
  }

  /** The same place, with all that NGINX writes in another folder. */
  public GatewaySite writingTo(Path folder) {
    return new GatewaySite(
        listen,
        service,
        upstreams,
        folder.resolve("nginx.pid"),
        folder.resolve("access.log"),
        foreground,
        workerShutdown,
        askers,
        edge);
  }

  private static void spelled(String what, Pattern rule, String value) {
    if (!rule.matcher(value).matches()) {
      throw new IllegalArgumentException(
          what + " can't be written into a gateway's file: " + value);
    }
  }
}
