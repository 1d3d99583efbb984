package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.RedisLayout;
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
final class CollisionCheck {
  private CollisionCheck() {}

  /** How a limit's counter is called, without the values of its key. */
  @FunctionalInterface
  interface Naming {
    String counter(String root, String tenant, String limit);
  }

  static List<Finding> find(PolicySet set) {
    return find(
        set, (root, tenant, limit) -> RedisLayout.counterKey(root, tenant, limit, List.of()));
  }

  static List<Finding> find(PolicySet set, Naming naming) {
    var found = new ArrayList<Finding>();
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

  private static Finding shared(TenantPolicy policy, Limit limit, Map<String, Object> evidence) {
    return About.limit(policy.tenant(), limit.name())
        .error(
            Check.KEY_COLLISION,
            "it would share its counter with " + evidence.get("other"),
            "rename one of the two limits",
            evidence);
  }

  private static Optional<Finding> oneVariable(TenantPolicy policy, Limit limit) {
    var variables = new HashSet<String>();
    for (var part : limit.key()) {
      if (part instanceof KeyPart.Header(String name) && !variables.add(variable(name))) {
        return Optional.of(
            About.limit(policy.tenant(), limit.name())
                .error(
                    Check.KEY_COLLISION,
                    "two headers of its key are one to a gateway: " + name,
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
