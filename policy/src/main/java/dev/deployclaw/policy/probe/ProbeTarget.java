package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.RuleDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A limit to be tested, and the requests that test it.
 *
 * @param tenant who asks
 * @param limit the limit; empty for a tenant that nothing limits
 * @param applied all limits that the requests must pass
 * @param gateways by which they can enter
 */
record ProbeTarget(
    String tenant,
    Optional<AppliedLimit> limit,
    RequestShape shape,
    List<AppliedLimit> applied,
    boolean blocked,
    List<String> gateways) {

  /** A longer path doesn't fit a probe's token. */
  private static final int LONGEST_PATH = 256;

  private static final int NONCE_DIGITS = 16;

  String label() {
    return limit.map(l -> l.limit().name() + " of " + l.owner()).orElse(tenant);
  }

  String rule() {
    return RuleDigest.of(applied);
  }

  List<CounterCharge> charges(long units) {
    return applied.stream().map(a -> charge(a, units)).toList();
  }

  /** Where the limit stands among the charges; -1 for none. */
  int index() {
    return limit.map(applied::indexOf).orElse(-1);
  }

  /**
   * A step as the request that enters a gateway.
   *
   * @param seed from which the nonce is drawn; another one for each request
   */
  ProbeRequest probe(ProbeSequenceGenerator.Step step, String gateway, String seed) {
    String nonce = CanonicalJson.sha256(seed);
    return new ProbeRequest(
        gateway,
        tenant,
        shape.service(),
        shape.path(),
        shape.method(),
        label(),
        step.units(),
        step.at(),
        nonce.substring(0, NONCE_DIGITS),
        step.allowed(),
        rule(),
        step.purpose());
  }

  private static CounterCharge charge(AppliedLimit applied, long units) {
    String counter = applied.owner() + ":" + applied.limit().name();
    return new CounterCharge(counter, LimitRule.of(applied.limit()), units);
  }

  /** The requests that reach a limit past the fewest others; empty where no gateway leads there. */
  static Optional<ProbeTarget> of(
      PolicySet set, List<Gateway> gateways, TenantPolicy tenant, AppliedLimit limit) {
    return shapes(gateways, limit.limit()).stream()
        .map(shape -> at(set, gateways, tenant, shape).aimedAt(limit))
        .filter(t -> t.index() >= 0)
        .min(Comparator.comparingInt(t -> t.applied().size()));
  }

  /** A request of a tenant that nothing limits, or that is refused whatever it asks. */
  static Optional<ProbeTarget> anywhere(
      PolicySet set, List<Gateway> gateways, TenantPolicy tenant) {
    return gateways.stream()
        .flatMap(g -> g.routes().stream())
        .findFirst()
        .map(r -> at(set, gateways, tenant, RequestShape.ofUri(r.service(), r.prefix(), "GET")));
  }

  private static ProbeTarget at(
      PolicySet set, List<Gateway> gateways, TenantPolicy tenant, RequestShape shape) {
    var eligible = gateways.stream().filter(g -> leads(g, shape)).map(Gateway::name).toList();
    var applied = LimitMatcher.applied(set, tenant.tenant(), shape);
    boolean blocked = TenantHierarchy.blocked(set, tenant.tenant());
    return new ProbeTarget(tenant.tenant(), Optional.empty(), shape, applied, blocked, eligible);
  }

  private ProbeTarget aimedAt(AppliedLimit limit) {
    return new ProbeTarget(tenant, Optional.of(limit), shape, applied, blocked, gateways);
  }

  private static List<RequestShape> shapes(List<Gateway> gateways, Limit limit) {
    var routes = gateways.stream().flatMap(g -> g.routes().stream()).distinct().toList();
    String method = limit.match().method().orElse("GET");
    var shapes = new ArrayList<RequestShape>();
    for (var route : routes) {
      String path = limit.match().route().map(ProbeTarget::sample).orElse(route.prefix());
      var shape = RequestShape.ofUri(route.service(), path, method);
      boolean fits = shape.path().length() <= LONGEST_PATH && RequestShape.isPlain(shape.path());
      if (fits && gateways.stream().anyMatch(g -> leads(g, shape))) {
        shapes.add(shape);
      }
    }
    return shapes;
  }

  private static boolean leads(Gateway gateway, RequestShape shape) {
    return gateway
        .routeOf(shape.path())
        .filter(r -> r.service().equals(shape.service()))
        .isPresent();
  }

  private static String sample(String route) {
    String path = route.replace("*", "probe");
    return path.startsWith("/") ? path : "/" + path;
  }
}
