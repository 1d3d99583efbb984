package dev.deployclaw.ratelimit.identity;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.ratelimit.token.TokenVerification;
import java.util.Locale;
import java.util.regex.Pattern;

/** Who asks for what, under one policy set. */
public sealed interface ResolvedTenant {
  /** The policy that requests of unknown tenants fall under, where the set has it. */
  String DEFAULT_TENANT = "default";

  /** No tenant has this name. */
  String NOBODY = "";

  /** At the end of a host. */
  Pattern PORT = Pattern.compile(":\\d+$");

  record Known(String tenant, RequestShape shape) implements ResolvedTenant {}

  /** Nobody that this set knows. */
  record Stranger(String reason, Treatment treatment) implements ResolvedTenant {
    static Stranger refused(String reason) {
      return new Stranger(reason, Treatment.REFUSED);
    }
  }

  /** What becomes of a stranger. */
  enum Treatment {
    /** Refused, since nothing would limit it. */
    REFUSED,
    /** Refused until it says who it is. */
    CHALLENGED,
    /** Refused, since who it is can't be told now. */
    UNDECIDED,
    /**
     * Under a set without gateways and tenants, which is what a way back to before the first one
     * ends at, nothing is managed.
     */
    ADMITTED
  }

  /** What a request's token comes to, where one names the tenant. */
  interface Proofs {
    TokenVerification of(Claim claim);
  }

  static ResolvedTenant of(PolicySet set, DecisionRequest question, Proofs proofs) {
    if (set.gateways().isEmpty() && set.tenants().isEmpty()) {
      return new Stranger("unmanaged", Treatment.ADMITTED);
    }
    var gateway = set.gateways().get(question.gateway());
    if (gateway == null) {
      return Stranger.refused("unknown-gateway");
    }
    return switch (gateway.identity()) {
      case Gateway.Identity.Host(String suffix) ->
          named(set, gateway, question, label(question.host(), suffix));
      case Gateway.Identity.Header(String header) ->
          named(set, gateway, question, question.header().apply(header));
      case Claim claim ->
          switch (proofs.of(claim)) {
            case TokenVerification.Proven(String tenant) -> named(set, gateway, question, tenant);
            case TokenVerification.Unproven(String reason) ->
                claim.unproven() == InvalidTokenAction.DEFAULT
                    ? named(set, gateway, question, NOBODY)
                    : new Stranger(reason, Treatment.CHALLENGED);
            case TokenVerification.Unknown(String reason) ->
                new Stranger(reason, Treatment.UNDECIDED);
          };
    };
  }

  private static ResolvedTenant named(
      PolicySet set, Gateway gateway, DecisionRequest question, String name) {
    String tenant = set.tenant(name).isPresent() ? name : DEFAULT_TENANT;
    if (set.tenant(tenant).isEmpty()) {
      return Stranger.refused("unknown-tenant");
    }
    var path = RequestShape.ofUri("", question.uri(), question.method()).path();
    return gateway
        .routeOf(path)
        .map(Gateway.Route::service)
        .<ResolvedTenant>map(s -> new Known(tenant, new RequestShape(s, path, question.method())))
        .orElseGet(() -> Stranger.refused("unknown-route"));
  }

  /** The host's first label where the rest is the suffix, else the empty text. */
  private static String label(String host, String suffix) {
    String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
    int dot = name.indexOf('.');
    return dot > 0 && name.substring(dot + 1).equals(suffix) ? name.substring(0, dot) : "";
  }
}
