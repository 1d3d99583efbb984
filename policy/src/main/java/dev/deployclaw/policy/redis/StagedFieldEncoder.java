package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.text.Utf8Buffer;
import java.util.List;

/**
 * Tells what one epoch puts into a tenant's policy hash, field by field, as bytes and without an
 * object for each: a set may have a hundred thousand tenants. For one thread.
 */
public final class StagedFieldEncoder {
  private final StagedRules rules;
  private final Utf8Buffer prefix;
  private final Utf8Buffer open;
  private final Utf8Buffer blocked;
  private final Utf8Buffer key = new Utf8Buffer();
  private final Utf8Buffer name = new Utf8Buffer();
  private final Utf8Buffer value = new Utf8Buffer();

  StagedFieldEncoder(StagedRules rules) {
    this.rules = rules;
    this.prefix = new Utf8Buffer().add(RedisKeyLayout.fieldPrefix(rules.epoch()));
    this.open = new Utf8Buffer().add(StagedRules.tenantLine(false, rules.digest()));
    this.blocked = new Utf8Buffer().add(StagedRules.tenantLine(true, rules.digest()));
  }

  /** Takes one field. Both texts are used again for the next one. */
  @FunctionalInterface
  public interface Sink {
    void field(Utf8Buffer name, Utf8Buffer value);
  }

  /** How many fields {@link #each} tells of. */
  public static int count(TenantPolicy tenant) {
    return 1 + tenant.limits().size();
  }

  /** The hash's key, until this is called again. */
  public Utf8Buffer key(TenantPolicy tenant) {
    rules.key(tenant, key.clear());
    return key;
  }

  /** The tenant's own line, then its limits in the policy's order. */
  public void each(TenantPolicy tenant, Sink sink) {
    name.clear().add(prefix).add(RedisKeyLayout.TENANT);
    value.clear().add(tenant.blocked() ? blocked : open);
    sink.field(name, value);
    List<Limit> limits = tenant.limits();
    for (int i = 0; i < limits.size(); i++) {
      Limit limit = limits.get(i);
      name.clear().add(prefix).add(limit.name());
      LimitRule.of(limit).write(value.clear());
      sink.field(name, value);
    }
  }
}
