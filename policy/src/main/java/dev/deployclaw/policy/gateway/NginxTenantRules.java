package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Gateway.Identity;

/** How a gateway's file tells tenants apart and keeps clients from naming themselves. */
record NginxTenantRules(Gateway gateway, GatewaySite site) {
  /** Room for some hundred thousand tenants; the oldest go first. */
  private static final String ZONE = "10m";

  /** Emptied where it names a host (RFC 7239, section 5.3). */
  private static final String FORWARDED =
      """
      map $http_forwarded $dc_forwarded {
          ~*host  "";
          default $http_forwarded;
      }
      """;

  /** In the block {@code http}: who is trusted, and the zone of the backstop. */
  String shared() {
    return hops() + zone() + (namesHosts() ? FORWARDED : "");
  }

  /** For upstreams: the host that was judged is the only one that a request names. */
  String host() {
    return namesHosts()
        ? "proxy_set_header X-Forwarded-Host $host;\nproxy_set_header Forwarded $dc_forwarded;\n"
        : "";
  }

  private boolean namesHosts() {
    return gateway.identity() instanceof Identity.Host;
  }

  /** For the question and for upstreams: a tenant header of somebody else's is emptied. */
  String headers() {
    return gateway.identity() instanceof Identity.Header(String name)
            && !site.edge().trusted().isEmpty()
        ? "proxy_set_header " + name + " $dc_named;\n"
        : "";
  }

  /** In a limited location. */
  String backstop() {
    return site.edge().backstop().isEmpty()
        ? ""
        : """
        limit_req zone=dc_backstop burst=%d nodelay;
        limit_req_status 429;
        """
            .formatted(site.edge().backstop().getAsInt());
  }

  private String hops() {
    if (!(gateway.identity() instanceof Identity.Header(String name))
        || site.edge().trusted().isEmpty()) {
      return "";
    }
    var out = new StringBuilder("geo $dc_trusted {\n    default 0;\n");
    site.edge().trusted().forEach(hop -> out.append("    ").append(hop).append(" 1;\n"));
    return out.append("}\nmap $dc_trusted $dc_named {\n    1       $http_")
        .append(name.replace('-', '_'))
        .append(";\n    default \"\";\n}\n")
        .toString();
  }

  private String zone() {
    return site.edge().backstop().isEmpty()
        ? ""
        : "limit_req_zone %s zone=dc_backstop:%s rate=%dr/s;\n"
            .formatted(key(), ZONE, site.edge().backstop().getAsInt());
  }

  /**
   * What a request says of its tenant; an empty one isn't counted. Nobody can read a token here, so
   * clients are told apart by their address then.
   */
  private String key() {
    return switch (gateway.identity()) {
      case Identity.Host _ -> "$host";
      case Identity.Claim _ -> "$binary_remote_addr";
      case Identity.Header(String name) ->
          site.edge().trusted().isEmpty() ? "$http_" + name.replace('-', '_') : "$dc_named";
    };
  }
}
