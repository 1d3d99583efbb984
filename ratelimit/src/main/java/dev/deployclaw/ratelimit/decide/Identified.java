package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Gateway;
import java.util.Locale;
import java.util.Optional;

/** Who asks for what, under one policy set. */
sealed interface Identified {
  /** The policy that requests of unknown tenants fall under, where the set has it. */
  String DEFAULT_TENANT = "default";

  record Known(String tenant, RequestShape shape) implements Identified {}

  /**
   * Nobody that this set knows: refused, since nothing would limit it. Under a set without gateways
   * and tenants, which is what a way back to before the first one ends at, nothing is managed, and
   * all are admitted.
   */
  record Stranger(String reason, boolean admitted) implements Identified {
    static Stranger refused(String reason) {
      return new Stranger(reason, false);
    }
  }

  static Identified of(PolicySet set, Question question) {
    if (set.gateways().isEmpty() && set.tenants().isEmpty()) {
      return new Stranger("unmanaged", true);
    }
    var gateway = set.gateways().get(question.gateway());
    if (gateway == null) {
      return Stranger.refused("unknown-gateway");
    }
    var tenant = tenant(set, gateway, question);
    if (tenant.isEmpty()) {
      return Stranger.refused("unknown-tenant");
    }
    var path = RequestShape.ofUri("", question.uri(), question.method()).path();
    return gateway
        .routeOf(path)
        .map(Gateway.Route::service)
        .<Identified>map(s -> new Known(tenant.get(), new RequestShape(s, path, question.method())))
        .orElseGet(() -> Stranger.refused("unknown-route"));
  }

  private static Optional<String> tenant(PolicySet set, Gateway gateway, Question question) {
    String name =
        switch (gateway.identity()) {
          case Gateway.Identity.Host(String suffix) -> label(question.host(), suffix);
          case Gateway.Identity.Header(String header) -> question.header().apply(header);
        };
    return set.tenant(name).isPresent()
        ? Optional.of(name)
        : Optional.of(DEFAULT_TENANT).filter(t -> set.tenant(t).isPresent());
  }

  /** The host's first label where the rest is the suffix, else the empty text. */
  private static String label(String host, String suffix) {
    String name = host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
    int dot = name.indexOf('.');
    return dot > 0 && name.substring(dot + 1).equals(suffix) ? name.substring(0, dot) : "";
  }
}
