package dev.deployclaw.policy;

import dev.deployclaw.policy.json.StrictJsonObject;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads the canonical JSON of a policy set. Strict twice over: every key is asked for by name and
 * none may be left, and what was read must encode to the very bytes that were given. Equal limits
 * and equal words of labels are one object: most tenants have the same. For one set.
 */
final class PolicySetDecoder {
  /** Of a kind; what comes later is an object of its own. */
  private static final int MOST_SHARED = 1_024;

  private final Map<Limit, Limit> limits = new HashMap<>();
  private final Map<String, String> words = new HashMap<>();

  private PolicySetDecoder() {}

  static PolicySet read(byte[] bytes) {
    var decoder = new PolicySetDecoder();
    var tenants = new ArrayList<TenantPolicy>();
    var whole =
        StrictJsonObject.parse(
            "policy set", bytes, "tenants", in -> tenants.add(in.read(decoder::tenant)));
    var set = whole.read(in -> decoder.set(in, tenants));
    if (!PolicySetEncoder.encodesTo(bytes, set)) {
      throw new IllegalArgumentException("policy set: the bytes are not canonical");
    }
    return set;
  }

  private PolicySet set(StrictJsonObject in, List<TenantPolicy> tenants) {
    if (in.number("v") != 1) {
      throw in.fault("v", "only version 1 is known");
    }
    in.objects("tenants", this::tenant); // there, and given away
    var gateways = in.objects("gateways", PolicySetDecoder::gateway);
    return PolicySet.of(tenants, gateways, in.text("probe_key"));
  }

  private TenantPolicy tenant(StrictJsonObject in) {
    return new TenantPolicy(
        in.text("tenant"),
        labels(in),
        in.optionalText("parent"),
        in.flag("blocked"),
        in.word("on_backend_failure", BackendFailureMode::ofWord),
        in.objects("limits", l -> shared(limit(l), limits)));
  }

  private SortedMap<String, String> labels(StrictJsonObject in) {
    var out = new TreeMap<String, String>();
    in.textMap("labels")
        .forEach((name, value) -> out.put(shared(name, words), shared(value, words)));
    return out;
  }

  private static <T> T shared(T one, Map<T, T> known) {
    var there = known.get(one);
    if (there == null && known.size() < MOST_SHARED) {
      known.put(one, one);
    }
    return there == null ? one : there;
  }

  private static Limit limit(StrictJsonObject in) {
    var match =
        new RequestMatch(
            in.optionalText("service"), in.optionalText("route"), in.optionalText("method"));
    return new Limit(
        in.text("name"),
        match,
        in.words("key", PolicySetDecoder::keyPart),
        in.word("algorithm", LimitAlgorithm::ofWord),
        in.number("requests"),
        Duration.ofSeconds(in.number("window_s")),
        in.number("burst"),
        in.number("cost"),
        in.word("mode", EnforcementMode::ofWord),
        in.optionalWord("on_backend_failure", BackendFailureMode::ofWord),
        new LimitPrecision(in.optionalNumber("leased_ms").map(Duration::ofMillis)));
  }

  private static Optional<CounterKeyPart> keyPart(String word) {
    if (word.equals("client-address")) {
      return Optional.of(new CounterKeyPart.ClientAddress());
    }
    String header = "header:";
    return word.startsWith(header)
        ? Optional.of(new CounterKeyPart.Header(word.substring(header.length())))
        : Optional.empty();
  }

  private static Gateway gateway(StrictJsonObject in) {
    return new Gateway(
        in.text("name"),
        in.text("namespace"),
        in.object("identity", PolicySetDecoder::identity),
        in.objects("routes", r -> new Gateway.Route(r.text("prefix"), r.text("service"))));
  }

  private static Gateway.Identity identity(StrictJsonObject in) {
    Optional<Gateway.Identity> host = in.optionalText("host").map(Gateway.Identity.Host::new);
    Optional<Gateway.Identity> claim = in.optionalText("claim").map(name -> claim(name, in));
    Function<String, Gateway.Identity> header = Gateway.Identity.Header::new;
    return host.or(() -> claim).orElseGet(() -> header.apply(in.text("header")));
  }

  private static Gateway.Identity claim(String name, StrictJsonObject in) {
    return new Gateway.Identity.Claim(
        name,
        in.text("issuer"),
        in.text("audience"),
        in.word("unproven", InvalidTokenAction::ofWord));
  }
}
