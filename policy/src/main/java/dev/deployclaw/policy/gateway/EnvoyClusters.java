package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.model.Gateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Whom a rendered Envoy talks to: the rate limit service, and the services behind it. */
record EnvoyClusters(Gateway gateway, GatewaySite site) {
  private static final String CONNECT = "1s";
  private static final String UNIX = "unix:";
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;

  List<Object> all() {
    var out = new ArrayList<Object>();
    out.add(decide());
    var services = new TreeSet<String>();
    gateway.routes().forEach(r -> services.add(r.service()));
    for (String service : services) {
      String address = site.upstreams().get(service);
      if (address != null) {
        out.add(cluster(name(service), address, Map.of()));
      }
    }
    return out;
  }

  static String name(String service) {
    return "service_" + service;
  }

  /** {@code host:port}, a port alone, or {@code unix:/a/socket}. */
  static Map<String, Object> address(String hostAndPort) {
    if (hostAndPort.startsWith(UNIX)) {
      return Map.of("pipe", Map.of("path", hostAndPort.substring(UNIX.length())));
    }
    int colon = hostAndPort.lastIndexOf(':');
    String host = colon < 0 ? "0.0.0.0" : hostAndPort.substring(0, colon);
    String plain = host.equals("*") ? "0.0.0.0" : host.replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(hostAndPort.substring(colon + 1));
    return Map.of("socket_address", Map.of("address", plain, "port_value", port));
  }

  /** An address, or a network with its length. */
  static Map<String, Object> range(String network) {
    int slash = network.indexOf('/');
    String address = slash < 0 ? network : network.substring(0, slash);
    int whole = address.contains(":") ? IPV6_BITS : IPV4_BITS;
    int bits = slash < 0 ? whole : Integer.parseInt(network.substring(slash + 1));
    return Map.of("address_prefix", address, "prefix_len", bits);
  }

  /** gRPC needs HTTP/2. */
  private Map<String, Object> decide() {
    var http2 =
        Map.of(
            "@type",
            "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config",
            Map.of("http2_protocol_options", Map.of()));
    return cluster(
        EnvoyBootstrapFile.DECIDE,
        site.service(),
        Map.of("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", http2));
  }

  private static Map<String, Object> cluster(
      String name, String address, Map<String, Object> options) {
    var endpoint = Map.of("endpoint", Map.of("address", address(address)));
    return Map.of(
        "name", name,
        "type", address.startsWith(UNIX) ? "STATIC" : "STRICT_DNS",
        "connect_timeout", CONNECT,
        "typed_extension_protocol_options", options,
        "load_assignment",
            Map.of(
                "cluster_name",
                name,
                "endpoints",
                List.of(Map.of("lb_endpoints", List.of(endpoint)))));
  }
}
