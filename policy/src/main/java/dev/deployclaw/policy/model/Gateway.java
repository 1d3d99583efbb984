package dev.deployclaw.policy.model;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a gateway routes and how it tells tenants apart. Part of the policy set, so it has epoch and
 * digest.
 *
 * @param routes longest prefix first
 */
public record Gateway(String name, String namespace, Identity identity, List<Route> routes) {
  public Gateway {
    DnsLabel.label("gateway", name);
    DnsLabel.label("namespace", namespace);
    routes =
        routes.stream()
            .sorted(
                Comparator.comparingInt((Route r) -> -r.prefix().length())
                    .thenComparing(Route::prefix))
            .toList();
  }

  /**
   * The route that a request takes: the longest prefix that covers its path. The rendered file and
   * the rate limit service agree on it.
   *
   * @param path in normal form, without a query
   */
  public Optional<Route> routeOf(String path) {
    return routes.stream().filter(r -> r.covers(path)).findFirst();
  }

  /**
   * A path prefix that leads to a service. It covers whole segments: {@code /search} covers {@code
   * /search} and {@code /search/x}, not {@code /searching}.
   */
  public record Route(String prefix, String service) {
    public Route {
      if (!prefix.startsWith("/")) {
        throw new IllegalArgumentException("route prefix has no leading slash: " + prefix);
      }
      DnsLabel.label("service", service);
    }

    boolean covers(String path) {
      String folder = prefix.endsWith("/") ? prefix : prefix + "/";
      return path.startsWith(folder) || (path + "/").equals(folder);
    }
  }

  /** Where the tenant's name comes from. */
  public sealed interface Identity {
    /** The first label of the host, when the rest equals {@code suffix} (no leading dot). */
    record Host(String suffix) implements Identity {}

    /** A header that a trusted hop sets, by its lower-case name. */
    record Header(String name) implements Identity {}

    /**
     * A claim of a bearer token (RFC 7519) that the rate limit service verified.
     *
     * @param name of the claim, whose value is the tenant's name
     * @param issuer whose tokens are believed
     * @param audience for which they must have been made
     * @param unproven what becomes of a request without such a token
     */
    record Claim(String name, String issuer, String audience, InvalidTokenAction unproven)
        implements Identity {
      private static final int LONGEST = 512;

      public Claim {
        spelled("claim", name);
        spelled("issuer", issuer);
        spelled("audience", audience);
      }

      private static void spelled(String what, String value) {
        if (value.isBlank() || value.length() > LONGEST) {
          throw new IllegalArgumentException(what + " has not 1 to " + LONGEST + " characters");
        }
      }
    }
  }
}
