package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Gateway.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The bootstrap of an Envoy gateway, in JSON: each request of a routed path is first put to the
 * rate limit service by the global rate limit filter. Pure. Like the {@link NginxConfigFile} it
 * holds no limit and no epoch; it does name the headers that limits count apart.
 *
 * <p>Paths are normalized before anything looks at them and forwarded so, what could still be read
 * in several ways is refused with 400 ({@link PathStrictness}), headers that speak for the gateway
 * are taken away from what clients send, and without the service it closes, or opens where the
 * whole set says so.
 */
public final class EnvoyBootstrapFile {
  static final String DECIDE = "deployclaw_decide";

  private static final String BLANK = "\"config\\\":\\\"\\\"";
  private static final String TYPE = "@type";
  private static final String NAME = "name";

  /** Longer than the service's own wait for Redis, shorter than a client's patience. */
  private static final String TIMEOUT = "0.5s";

  private static final List<String> OURS =
      List.of(
          "x-dc-gateway",
          "x-dc-host",
          "x-dc-method",
          "x-dc-uri",
          "x-dc-client",
          "x-dc-token",
          "x-dc-probe",
          "x-dc-rule",
          "x-dc-epoch",
          "x-dc-failure",
          "x-dc-tenant");

  /** Of a route: it isn't put to the rate limit service. */
  private static final Map<String, Object> UNASKED =
      Map.of(
          "envoy.filters.http.ratelimit",
          Map.of(TYPE, "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled", true));

  private EnvoyBootstrapFile() {}

  /** Throws IllegalArgumentException where the site listens on something else than host:port. */
  public static RenderedGatewayFile render(PolicySet set, Gateway gateway, GatewaySite site) {
    var clusters = new EnvoyClusters(gateway, site);
    var listener =
        Map.of(
            NAME,
            gateway.name(),
            "address",
            EnvoyClusters.address(site.listen()),
            "filter_chains",
            List.of(
                Map.of(
                    "filters",
                    List.of(
                        Map.of(
                            NAME,
                            "envoy.filters.network.http_connection_manager",
                            "typed_config",
                            connections(set, gateway, site))))));
    var bootstrap =
        Map.of(
            "static_resources", Map.of("listeners", List.of(listener), "clusters", clusters.all()));
    String blank = CanonicalJson.text(bootstrap);
    String config = CanonicalJson.sha256(blank);
    String text = blank.replace(BLANK, "\"config\\\":\\\"" + config + "\\\"") + "\n";
    return new RenderedGatewayFile(
        text, config, EnvoyUnsupportedSettingFinder.of(set, gateway, site));
  }

  private static Map<String, Object> connections(PolicySet set, Gateway gateway, GatewaySite site) {
    return Map.of(
        TYPE,
        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
            + ".HttpConnectionManager",
        "stat_prefix",
        gateway.name(),
        "use_remote_address",
        true,
        "normalize_path",
        true,
        "merge_slashes",
        true,
        "path_with_escaped_slashes_action",
        new EnvoyPathRules(site.edge().paths()).escapedSlashes(),
        "common_http_protocol_options",
        Map.of("headers_with_underscores_action", "DROP_HEADER"),
        "internal_address_config",
        internal(site),
        "route_config",
        routes(set, gateway, site),
        "http_filters",
        filters(set, gateway, site));
  }

  /** Those whose tenant header is believed; nobody is internal otherwise. */
  private static Map<String, Object> internal(GatewaySite site) {
    return site.edge().trusted().isEmpty()
        ? Map.of()
        : Map.of("cidr_ranges", site.edge().trusted().stream().map(EnvoyClusters::range).toList());
  }

  private static Map<String, Object> routes(PolicySet set, Gateway gateway, GatewaySite site) {
    var all =
        new ArrayList<>(
            new EnvoyPathRules(site.edge().paths())
                .routes(UNASKED, EnvoyRateLimitActions.told(set, gateway)));
    all.add(identity(gateway));
    for (var route : gateway.routes()) {
      if (site.upstreams().containsKey(route.service())) {
        var to = Map.of("cluster", EnvoyClusters.name(route.service()));
        all.add(Map.of("match", match(route), "route", to));
      }
    }
    var host =
        Map.of(
            NAME,
            gateway.name(),
            "domains",
            List.of("*"),
            "routes",
            all,
            "rate_limits",
            List.of(Map.of("actions", EnvoyRateLimitActions.of(set, gateway))));
    boolean strips =
        gateway.identity() instanceof Identity.Header && !site.edge().trusted().isEmpty();
    return Map.of(
        NAME,
        gateway.name(),
        "internal_only_headers",
        strips && gateway.identity() instanceof Identity.Header(String name)
            ? List.of(name)
            : List.of(),
        "virtual_hosts",
        List.of(host));
  }

  /** Whole segments: a prefix of the root covers all. */
  private static Map<String, Object> match(Gateway.Route route) {
    String stem = route.prefix().replaceAll("/+$", "");
    return stem.isEmpty() ? Map.of("prefix", "/") : Map.of("path_separated_prefix", stem);
  }

  private static Map<String, Object> identity(Gateway gateway) {
    String body = "{\"gateway\":\"" + gateway.name() + "\",\"config\":\"\"}";
    return Map.of(
        "match", Map.of("path", "/.well-known/deployclaw"),
        "direct_response", Map.of("status", 200, "body", Map.of("inline_string", body)),
        "typed_per_filter_config", UNASKED);
  }

  private static List<Object> filters(PolicySet set, Gateway gateway, GatewaySite site) {
    var out = new ArrayList<Object>();
    var paths = new EnvoyPathRules(site.edge().paths());
    out.add(filter("header_mutation", stripping(gateway, paths.overrides())));
    site.edge()
        .backstop()
        .ifPresent(rate -> out.add(filter("local_ratelimit", backstop(gateway, rate))));
    out.add(filter("ratelimit", decisions(set, gateway)));
    out.add(
        filter(
            "router",
            Map.of(TYPE, "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router")));
    return out;
  }

  private static Map<String, Object> filter(String name, Map<String, Object> config) {
    return Map.of(NAME, "envoy.filters.http." + name, "typed_config", config);
  }

  /** Also what would be another host to an upstream than the one that was judged. */
  private static Map<String, Object> stripping(Gateway gateway, List<String> overrides) {
    var hosts =
        gateway.identity() instanceof Identity.Host
            ? List.of("x-forwarded-host", "forwarded")
            : List.<String>of();
    var names = Stream.of(OURS, overrides, hosts).flatMap(List::stream);
    return Map.of(
        TYPE,
        "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        "mutations",
        Map.of("request_mutations", names.map(h -> Map.of("remove", h)).toList()));
  }

  private static Map<String, Object> decisions(PolicySet set, Gateway gateway) {
    var service =
        Map.of(
            "transport_api_version",
            "V3",
            "grpc_service",
            Map.of("envoy_grpc", Map.of("cluster_name", DECIDE), "timeout", TIMEOUT));
    return Map.of(
        TYPE,
        "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
        "domain",
        gateway.name(),
        "timeout",
        TIMEOUT,
        "failure_mode_deny",
        !UnsupportedSettingFinder.opens(set),
        "status_on_error",
        Map.of("code", "ServiceUnavailable"),
        "disable_x_envoy_ratelimited_header",
        true,
        "rate_limit_service",
        service);
  }

  /** A bucket for each tenant, as the request names it. Both switches are off by default. */
  private static Map<String, Object> backstop(Gateway gateway, int rate) {
    var own = bucket(rate);
    var on = Map.of("default_value", Map.of("numerator", 100, "denominator", "HUNDRED"));
    var tenant = EnvoyRateLimitActions.tenant(gateway);
    return Map.of(
        TYPE,
        "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix",
        "dc_backstop",
        "token_bucket",
        bucket(Math.toIntExact(EnvoyDescriptor.MOST_HITS)),
        "filter_enabled",
        on,
        "filter_enforced",
        on,
        "always_consume_default_token_bucket",
        false,
        "max_dynamic_descriptors",
        EnvoyUnsupportedSettingFinder.MOST_BUCKETS,
        "rate_limits",
        List.of(Map.of("actions", List.of(tenant))),
        "descriptors",
        List.of(
            Map.of(
                "entries",
                List.of(Map.of("key", EnvoyRateLimitActions.key(tenant), "value", "")),
                "token_bucket",
                own)));
  }

  private static Map<String, Object> bucket(int rate) {
    return Map.of("max_tokens", rate, "tokens_per_fill", rate, "fill_interval", "1s");
  }
}
