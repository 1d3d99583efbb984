package dev.deployclaw.policy;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.CanonicalJsonWriter;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.text.Utf8Buffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.function.Consumer;

/**
 * Writes the canonical JSON of a policy set, keys in order; {@link PolicySetDecoder} is the strict
 * inverse. A limit that is the same object in many tenants is put into bytes once. For one set.
 */
final class PolicySetEncoder {
  /** Limits whose bytes are kept. */
  private static final int MOST_KEPT = 1_024;

  private final CanonicalJsonWriter out = new CanonicalJsonWriter();
  private final IdentityHashMap<Limit, byte[]> limits = new IdentityHashMap<>();

  private PolicySetEncoder() {}

  static byte[] encode(PolicySet set) {
    var encoder = new PolicySetEncoder();
    encoder.write(set, () -> {});
    return encoder.out.toBytes();
  }

  /** SHA-256 of the bytes in hex; they are never there as a whole. */
  static String digest(PolicySet set) {
    var encoder = new PolicySetEncoder();
    var digest = CanonicalJson.sha256();
    Consumer<Utf8Buffer> hashed = part -> digest.update(part.bytes(), 0, part.length());
    encoder.write(set, () -> encoder.out.flush(hashed));
    return HexFormat.of().formatHex(digest.digest());
  }

  static boolean encodesTo(byte[] expected, PolicySet set) {
    var encoder = new PolicySetEncoder();
    var compared = new Comparison(expected);
    encoder.write(set, () -> encoder.out.flush(compared));
    return compared.same && compared.at == expected.length;
  }

  /** Of bytes with what comes in pieces. */
  private static final class Comparison implements Consumer<Utf8Buffer> {
    private final byte[] expected;
    private int at;
    private boolean same = true;

    Comparison(byte[] expected) {
      this.expected = expected;
    }

    @Override
    public void accept(Utf8Buffer part) {
      int count = part.length();
      same =
          same
              && count <= expected.length - at
              && Arrays.equals(expected, at, at + count, part.bytes(), 0, count);
      at += same ? count : 0;
    }
  }

  /**
   * @param tenantIsWritten called after each tenant, and at the end
   */
  private void write(PolicySet set, Runnable tenantIsWritten) {
    out.beginObject().key("gateways").beginArray();
    set.gateways().values().forEach(g -> gateway(g, out));
    out.endArray().key("probe_key").text(set.probeKey()).key("tenants").beginArray();
    for (var tenant : set.tenants().values()) {
      tenant(tenant);
      tenantIsWritten.run();
    }
    out.endArray().key("v").number(1).endObject();
    tenantIsWritten.run();
  }

  private void tenant(TenantPolicy t) {
    out.beginObject().key("blocked").flag(t.blocked()).key("labels").beginObject();
    t.labels().forEach((name, value) -> out.key(name).text(value));
    out.endObject().key("limits").beginArray();
    t.limits().forEach(this::limit);
    out.endArray().key("on_backend_failure").text(t.onBackendFailure().word());
    t.parent().ifPresent(p -> out.key("parent").text(p));
    out.key("tenant").text(t.tenant()).endObject();
  }

  private void limit(Limit l) {
    byte[] known = limits.get(l);
    if (known == null && limits.size() < MOST_KEPT) {
      var alone = new CanonicalJsonWriter();
      limit(l, alone);
      known = alone.toBytes();
      limits.put(l, known);
    }
    if (known == null) {
      limit(l, out);
    } else {
      out.written(known);
    }
  }

  private static void limit(Limit l, CanonicalJsonWriter out) {
    out.beginObject().key("algorithm").text(l.algorithm().word());
    out.key("burst").number(l.burst()).key("cost").number(l.cost()).key("key").beginArray();
    l.key().forEach(part -> out.text(word(part)));
    out.endArray();
    l.precision().lease().ifPresent(d -> out.key("leased_ms").number(d.toMillis()));
    l.match().method().ifPresent(m -> out.key("method").text(m));
    out.key("mode").text(l.mode().word()).key("name").text(l.name());
    l.onBackendFailure().ifPresent(f -> out.key("on_backend_failure").text(f.word()));
    out.key("requests").number(l.requests());
    l.match().route().ifPresent(r -> out.key("route").text(r));
    l.match().service().ifPresent(s -> out.key("service").text(s));
    out.key("window_s").number(l.window().toSeconds()).endObject();
  }

  private static String word(CounterKeyPart part) {
    return switch (part) {
      case CounterKeyPart.ClientAddress() -> "client-address";
      case CounterKeyPart.Header(String name) -> "header:" + name;
    };
  }

  private static void gateway(Gateway g, CanonicalJsonWriter out) {
    out.beginObject().key("identity").beginObject();
    switch (g.identity()) {
      case Gateway.Identity.Host(String suffix) -> out.key("host").text(suffix);
      case Gateway.Identity.Header(String name) -> out.key("header").text(name);
      case Gateway.Identity.Claim claim -> {
        out.key("audience").text(claim.audience()).key("claim").text(claim.name());
        out.key("issuer").text(claim.issuer()).key("unproven").text(claim.unproven().word());
      }
    }
    out.endObject().key("name").text(g.name()).key("namespace").text(g.namespace());
    out.key("routes").beginArray();
    for (Gateway.Route route : g.routes()) {
      out.beginObject().key("prefix").text(route.prefix());
      out.key("service").text(route.service()).endObject();
    }
    out.endArray().endObject();
  }
}
