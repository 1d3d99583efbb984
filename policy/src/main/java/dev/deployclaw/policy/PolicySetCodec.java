package dev.deployclaw.policy;

import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the canonical JSON of a policy set; {@link PolicySetReader} is the strict inverse. */
final class PolicySetCodec {
  private PolicySetCodec() {}

  static byte[] encode(PolicySet set) {
    List<Object> tenants = new ArrayList<>();
    set.tenants().values().forEach(t -> tenants.add(tenant(t)));
    List<Object> gateways = new ArrayList<>();
    set.gateways().values().forEach(g -> gateways.add(gateway(g)));
    return Canonical.bytes(
        Map.of("gateways", gateways, "probe_key", set.probeKey(), "tenants", tenants, "v", 1L));
  }

  private static Map<String, Object> tenant(TenantPolicy t) {
    var out = new TreeMap<String, Object>();
    out.put("tenant", t.tenant());
    out.put("labels", t.labels());
    t.parent().ifPresent(p -> out.put("parent", p));
    out.put("blocked", t.blocked());
    out.put("on_backend_failure", t.onBackendFailure().word());
    out.put("limits", t.limits().stream().map(PolicySetCodec::limit).toList());
    return out;
  }

  private static Map<String, Object> limit(Limit l) {
    var out = new TreeMap<String, Object>();
    out.put("name", l.name());
    l.match().service().ifPresent(s -> out.put("service", s));
    l.match().route().ifPresent(r -> out.put("route", r));
    l.match().method().ifPresent(m -> out.put("method", m));
    out.put("key", l.key().stream().map(PolicySetCodec::keyPart).toList());
    out.put("algorithm", l.algorithm().word());
    out.put("requests", l.requests());
    out.put("window_s", l.window().toSeconds());
    out.put("burst", l.burst());
    out.put("cost", l.cost());
    out.put("mode", l.mode().word());
    l.onBackendFailure().ifPresent(f -> out.put("on_backend_failure", f.word()));
    return out;
  }

  private static String keyPart(KeyPart part) {
    return switch (part) {
      case KeyPart.ClientAddress() -> "client-address";
      case KeyPart.Header(String name) -> "header:" + name;
    };
  }

  private static Map<String, Object> gateway(Gateway g) {
    var routes =
        g.routes().stream().map(r -> Map.of("prefix", r.prefix(), "service", r.service())).toList();
    var identity =
        switch (g.identity()) {
          case Gateway.Identity.Host(String suffix) -> Map.of("host", suffix);
          case Gateway.Identity.Header(String name) -> Map.of("header", name);
        };
    return Map.of(
        "name", g.name(), "namespace", g.namespace(), "identity", identity, "routes", routes);
  }
}
