package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.model.Gateway;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The parts of a file that repeat per service or per route, in NGINX's language. */
record NginxRouteWriter(Gateway gateway, GatewaySite site, boolean opens) {
  /** Upstreams, and the switch that sends verified probes past them. */
  String upstreams() {
    var out = new StringBuilder();
    for (String service : services()) {
      out.append(
          """
          upstream %1$s {
              server %2$s;
              keepalive 8;
          }
          map $dc_probe $dc_to_%1$s {
              1       @probed;
              default @%1$s;
          }
          """
              .formatted(variable(service), site.upstreams().get(service)));
    }
    return out.toString();
  }

  /** One location for a prefix and one for what is below it, so that whole segments match. */
  String locations() {
    var out = new StringBuilder();
    var seen = new LinkedHashSet<String>();
    for (var route : routes()) {
      for (String location : matches(route.prefix())) {
        if (seen.add(location)) {
          out.append(location(location, route));
        }
      }
    }
    if (!seen.contains("\"/\"")) {
      out.append("location / {\n    return 404;\n}\n");
    }
    return out.toString();
  }

  /** Where requests go that were let through, and what answers verified probes in its place. */
  String probed() {
    var out = new StringBuilder("location @probed {\n    return 204;\n}\n");
    for (String service : services()) {
      out.append(
          """
          location @%1$s {
              proxy_pass http://%1$s;
          }
          """
              .formatted(variable(service)));
    }
    return out.toString();
  }

  /** Where a request goes when nobody decided about it. */
  String undecided() {
    return opens
        ? ""
        : """
        location @undecided {
            default_type application/problem+json;
            add_header Retry-After 1 always;
            return 503 '{"status":503,"title":"The rate limit could not be decided"}';
        }
        """;
  }

  /** {@code try_files} looks for a file that can't be, once the request was let through. */
  private String location(String matches, Gateway.Route route) {
    String service = variable(route.service());
    return
"""
    location %1$s {
%4$s    auth_request /_dc/decide;
        error_page 403 429 =429 @limited;
        error_page 500 = %2$s;
        try_files /./never $dc_to_%3$s;
    }
"""
        .formatted(
            matches,
            opens ? "@" + service : "@undecided",
            service,
            (new NginxPathRules(site.edge().paths()).below(stem(route.prefix()))
                    + new NginxTenantRules(gateway, site).backstop())
                .indent(4));
  }

  private static List<String> matches(String prefix) {
    String stem = stem(prefix);
    if (stem.isEmpty()) {
      return List.of(NginxPathRules.quoted("/"));
    }
    return List.of("= " + NginxPathRules.quoted(stem), NginxPathRules.quoted(stem + "/"));
  }

  private static String stem(String prefix) {
    return prefix.replaceAll("/+$", "");
  }

  private Set<String> services() {
    var out = new ArrayList<String>();
    routes().forEach(r -> out.add(r.service()));
    return new LinkedHashSet<>(out);
  }

  /** A service's name as part of a variable's: a DNS label has no underscore, so none collide. */
  private static String variable(String service) {
    return "service_" + service.replace('-', '_');
  }

  private List<Gateway.Route> routes() {
    return gateway.routes().stream()
        .filter(r -> site.upstreams().containsKey(r.service()))
        .toList();
  }
}
