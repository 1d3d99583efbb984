package dev.deployclaw.executors.ratelimit;

import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.member.BoundedFanout;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
   * What is shown to a service, and what it has to show. The token is never printed.
   *
   * @param token empty for none
   * @param tls for {@code https}
   */
  public record Access(String token, TlsSettings tls) {
    public static final Access OPEN = new Access("", TlsSettings.DEFAULT);

    Map<String, String> headers() {
      return token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token);
    }

    @Override
    public String toString() {
      return "Access[token=" + (token.isEmpty() ? "" : "***") + ", tls=" + tls + "]";
    }
  }

  /**
   * @param url scheme, host and port
   */
  public record Service(String namespace, URI url, Access access) implements BoundedFanout.Member {
    @Override
    public String member() {
      return "ratelimit/" + namespace + "/" + url.getAuthority();
    }
  }
}
