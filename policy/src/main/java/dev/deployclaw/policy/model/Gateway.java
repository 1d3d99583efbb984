package dev.deployclaw.policy.model;

import java.util.Comparator;
import java.util.List;

/**
 * What a gateway routes and how it tells tenants apart. Part of the policy set, so it has epoch and
 * digest.
 *
 * @param routes longest prefix first
 */
public record Gateway(String name, String namespace, Identity identity, List<Route> routes) {
  public Gateway {
    Names.label("gateway", name);
    Names.label("namespace", namespace);
    routes =
        routes.stream()
            .sorted(
                Comparator.comparingInt((Route r) -> -r.prefix().length())
                    .thenComparing(Route::prefix))
            .toList();
  }

  /** A path prefix that leads to a service. */
  public record Route(String prefix, String service) {
    public Route {
      if (!prefix.startsWith("/")) {
        throw new IllegalArgumentException("route prefix has no leading slash: " + prefix);
      }
      Names.label("service", service);
    }
  }

  /** Where the tenant's name comes from. */
  public sealed interface Identity {
    /** The first label of the host, when the rest equals {@code suffix} (no leading dot). */
    record Host(String suffix) implements Identity {}

    /** A header that a trusted hop sets, by its lower-case name. */
    record Header(String name) implements Identity {}
  }
}
