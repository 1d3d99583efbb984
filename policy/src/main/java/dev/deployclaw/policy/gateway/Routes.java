package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.model.Gateway;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The parts of a file that repeat per service or per route, in NGINX's language. */
final class Routes {
  private final Site site;
  private final Tenancy tenancy;
  private final boolean opens;
  private final List<Gateway.Route> routes;

  Routes(Gateway gateway, Site site, boolean opens) {
    this.site = site;
    this.tenancy = new Tenancy(gateway, site);
    this.opens = opens;
    this.routes =
        gateway.routes().stream().filter(r -> site.upstreams().containsKey(r.service())).toList();
  }

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
              1       deployclaw_probe;
              default %1$s;
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
    for (var route : routes) {
      for (String location : matches(route.prefix())) {
        if (seen.add(location)) {
          out.append(location(location, variable(route.service())));
        }
      }
    }
    if (!seen.contains("\"/\"")) {
      out.append("location / {\n    return 404;\n}\n");
    }
    return out.toString();
  }

  /** Where a request goes when nobody decided about it. */
  String undecided() {
    if (!opens) {
      return """
      location @undecided {
          default_type application/problem+json;
          add_header Retry-After 1 always;
          return 503 '{"status":503,"title":"The rate limit could not be decided"}';
      }
      """;
    }
    var out = new StringBuilder();
    for (String service : services()) {
      out.append(
          """
          location @open_%1$s {
              proxy_pass http://%1$s;
          }
          """
              .formatted(variable(service)));
    }
    return out.toString();
  }

  private String location(String matches, String service) {
    return
"""
    location %1$s {
%4$s    auth_request /_dc/decide;
        error_page 403 429 =429 @limited;
        error_page 500 = %2$s;
        proxy_pass http://$dc_to_%3$s;
    }
"""
        .formatted(matches, opens ? "@open_" + service : "@undecided", service, backstop());
  }

  private String backstop() {
    return tenancy.backstop().indent(4);
  }

  private static List<String> matches(String prefix) {
    String stem = prefix.replaceAll("/+$", "");
    if (stem.isEmpty()) {
      return List.of(quoted("/"));
    }
    return List.of("= " + quoted(stem), quoted(stem + "/"));
  }

  private Set<String> services() {
    var out = new ArrayList<String>();
    routes.forEach(r -> out.add(r.service()));
    return new LinkedHashSet<>(out);
  }

  /** A service's name as part of a variable's: a DNS label has no underscore, so none collide. */
  private static String variable(String service) {
    return "service_" + service.replace('-', '_');
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
