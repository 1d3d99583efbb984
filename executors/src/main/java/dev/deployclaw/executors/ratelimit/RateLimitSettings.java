package dev.deployclaw.executors.ratelimit;

import dev.deployclaw.executors.sandbox.Fanout;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The rate limit services of an estate.
 *
 * @param atOnce services asked at the same time
 * @param answer for one exchange
 * @param pause between two looks at one service
 */
public record RateLimitSettings(
    List<Service> services, int atOnce, Duration answer, Duration pause) {
  public RateLimitSettings {
    services = List.copyOf(services);
  }

  public static RateLimitSettings of(List<Service> services) {
    return new RateLimitSettings(services, 8, Duration.ofSeconds(5), Duration.ofMillis(50));
  }

  /**
   * @param url scheme, host and port
   */
  public record Service(String namespace, URI url) implements Fanout.Member {
    @Override
    public String member() {
      return "ratelimit/" + namespace + "/" + url.getAuthority();
    }
  }
}
