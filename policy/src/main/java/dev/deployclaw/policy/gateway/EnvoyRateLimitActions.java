package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Gateway.Identity;
import dev.deployclaw.policy.wire.DecideHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a rendered Envoy tells of a request: the actions that make its one descriptor. */
final class EnvoyRateLimitActions {
  private static final String REQUEST_HEADERS = "request_headers";
  private static final String DESCRIPTOR_KEY = "descriptor_key";

  private static final String TOKEN = "dc-probe";

  private EnvoyRateLimitActions() {}

  /**
   * An absent header is left out of the descriptor. Without {@code skip_if_absent} Envoy would ask
   * nothing at all, and the request would pass.
   */
  static List<Object> of(PolicySet set, Gateway gateway) {
    var out = new ArrayList<Object>();
    out.add(header(":authority", EnvoyDescriptor.HOST, false));
    out.add(header(":method", EnvoyDescriptor.METHOD, false));
    out.add(header(":path", EnvoyDescriptor.URI, false));
    out.add(Map.of("remote_address", Map.of()));
    out.add(header(TOKEN, EnvoyDescriptor.TOKEN, true));
    for (String name : headers(set, gateway)) {
      out.add(header(name, EnvoyDescriptor.header(name), true));
    }
    return out;
  }

  /** The headers that it tells. */
  static SortedSet<String> told(PolicySet set, Gateway gateway) {
    var out = headers(set, gateway);
    out.add(TOKEN);
    return out;
  }

  /** What a request says of its tenant; its client's address where only a token does. */
  static Map<String, Object> tenant(Gateway gateway) {
    return switch (gateway.identity()) {
      case Identity.Host _ -> header(":authority", EnvoyDescriptor.HOST, false);
      case Identity.Header(String name) -> header(name, EnvoyDescriptor.header(name), true);
      case Identity.Claim _ -> Map.of(EnvoyDescriptor.CLIENT, Map.of());
    };
  }

  static String key(Map<String, Object> action) {
    return action.get(REQUEST_HEADERS) instanceof Map<?, ?> headers
        ? String.valueOf(headers.get(DESCRIPTOR_KEY))
        : EnvoyDescriptor.CLIENT;
  }

  /** Those that limits count apart, and the one that names the tenant. */
  private static SortedSet<String> headers(PolicySet set, Gateway gateway) {
    var out = new TreeSet<String>();
    set.tenants().values().stream()
        .flatMap(t -> t.limits().stream())
        .flatMap(l -> l.key().stream())
        .flatMap(p -> header(p).stream())
        .forEach(out::add);
    switch (gateway.identity()) {
      case Identity.Host _ -> {}
      case Identity.Header(String name) -> out.add(name);
      case Identity.Claim _ -> out.add(DecideHeaders.AUTHORIZATION);
    }
    return out;
  }

  private static Optional<String> header(CounterKeyPart part) {
    return part instanceof CounterKeyPart.Header(String name)
        ? Optional.of(name)
        : Optional.empty();
  }

  private static Map<String, Object> header(String name, String key, boolean mayBeAbsent) {
    return Map.of(
        REQUEST_HEADERS,
        Map.of("header_name", name, DESCRIPTOR_KEY, key, "skip_if_absent", mayBeAbsent));
  }
}
