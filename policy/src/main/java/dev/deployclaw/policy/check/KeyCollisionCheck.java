package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Counters that would be shared by mistake: two limits with one Redis key (the layout excludes it
 * for valid names; this is the proof on the set at hand), and two headers that a gateway can't tell
 * apart (NGINX reads {@code X-Plan} and {@code x_plan} as one variable).
 */
final class KeyCollisionCheck {
  private KeyCollisionCheck() {}

  /** How a limit's counter is called, without the values of its key. */
  @FunctionalInterface
  interface Naming {
    String counter(String root, String tenant, String limit);
  }

  static List<PolicyFinding> find(PolicySet set) {
    return find(
        set, (root, tenant, limit) -> RedisKeyLayout.counterKey(root, tenant, limit, List.of()));
  }

  static List<PolicyFinding> find(PolicySet set, Naming naming) {
    var found = new ArrayList<PolicyFinding>();
    Map<String, String> owners = new HashMap<>();
    for (var policy : set.tenants().values()) {
      String root = set.root(policy.tenant());
      for (Limit limit : policy.limits()) {
        String key = naming.counter(root, policy.tenant(), limit.name());
        String here = policy.tenant() + "/" + limit.name();
        String other = owners.putIfAbsent(key, here);
        if (other != null) {
          found.add(shared(policy, limit, Map.of("key", key, "other", other)));
        }
        oneVariable(policy, limit).ifPresent(found::add);
      }
    }
    return found;
  }

  private static PolicyFinding shared(
      TenantPolicy policy, Limit limit, Map<String, Object> evidence) {
    return FindingSubject.limit(policy.tenant(), limit.name())
        .error(
            CheckKind.KEY_COLLISION,
            "it would share its counter with " + evidence.get("other"),
            "rename one of the two limits",
            evidence);
  }

  private static Optional<PolicyFinding> oneVariable(TenantPolicy policy, Limit limit) {
    var variables = new HashSet<String>();
    for (var part : limit.key()) {
      if (part instanceof CounterKeyPart.Header(String name) && !variables.add(variable(name))) {
        return Optional.of(
            FindingSubject.limit(policy.tenant(), limit.name())
                .error(
                    CheckKind.KEY_COLLISION,
                    "gateways can't distinguish two headers of its key: " + name,
                    "keep one of them",
                    Map.of("variable", variable(name))));
      }
    }
    return Optional.empty();
  }

  private static String variable(String header) {
    return header.toLowerCase(Locale.ROOT).replace('-', '_');
  }
}
