package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.AbstractList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tenants of an epoch whose hashes one primary and its replicas hold. Any thread. */
final class Share {
  /** Tenants whose hashes are asked for in one write. */
  private static final int WINDOW = 500;

  private final StagedRules rules;
  private final List<TenantPolicy> tenants;
  private final @Nullable Expected[] windows;

  Share(StagedRules rules, List<TenantPolicy> tenants) {
    this.rules = rules;
    this.tenants = List.copyOf(tenants);
    this.windows = new Expected[(tenants.size() + WINDOW - 1) / WINDOW];
  }

  StagedRules rules() {
    return rules;
  }

  List<TenantPolicy> tenants() {
    return tenants;
  }

  Share of(List<TenantPolicy> some) {
    return new Share(rules, some);
  }

  /** What its hashes have to hold, window by window, each encoded when it is first wanted. */
  List<Expected> expected() {
    return new AbstractList<>() {
      @Override
      public Expected get(int index) {
        return window(index);
      }

      @Override
      public int size() {
        return windows.length;
      }
    };
  }

  private synchronized Expected window(int index) {
    var there = windows[index];
    if (there != null) {
      return there;
    }
    int from = index * WINDOW;
    var some = tenants.subList(from, Math.min(tenants.size(), from + WINDOW));
    var made = Expected.of(some, rules.fields());
    windows[index] = made;
    return made;
  }
}
