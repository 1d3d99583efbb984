package dev.deployclaw.container.query;

import dev.deployclaw.container.traffic.RecentTraffic;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.LimitFormatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a planned change would mean: how each limit behaves before and after, and the latest
 * requests under both. Reads alone. Any thread.
 */
public record RequestImpact(TenantDirectory tenants, RecentTraffic traffic) {
  private static final int MOST_LIMITS = 12;

  /**
   * For JSON.
   *
   * @throws Unreachable when the set that the plan stands on can't be read
   */
  public Map<String, Object> of(PlanPreviewReport.Planned planned) throws InterruptedException {
    var plan = planned.plan();
    var before = tenants.set(plan.base().epoch());
    var changed = changed(planned);
    var out = new LinkedHashMap<String, Object>();
    out.put("outcome", "planned");
    out.put("sentence", IntentSentence.shown(plan.intent()));
    out.put("plan", plan.hash());
    out.put(
        "limits",
        changed.stream().limit(MOST_LIMITS).map(c -> c.toMap(before, plan.target())).toList());
    out.put("more_limits", Math.max(0, changed.size() - MOST_LIMITS));
    out.put("traffic", traffic.impact(before, plan.target()).toMap());
    return out;
  }

  private static Set<ChangedLimit> changed(PlanPreviewReport.Planned planned) {
    var out = new LinkedHashSet<ChangedLimit>();
    for (var difference : planned.plan().diff().differences()) {
      if (difference.tenant().isPresent() && difference.limit().isPresent()) {
        out.add(new ChangedLimit(difference.tenant().get(), difference.limit().get()));
      }
    }
    return out;
  }

  private record ChangedLimit(String owner, String name) {
    Map<String, Object> toMap(PolicySet before, PolicySet after) {
      var was = in(before);
      var becomes = in(after);
      var out = new LinkedHashMap<String, Object>();
      out.put("owner", owner);
      out.put("limit", name);
      was.ifPresent(limit -> out.put("before", LimitFormatter.numbers(limit)));
      becomes.ifPresent(limit -> out.put("after", LimitFormatter.numbers(limit)));
      LimitCurve.compared(was, becomes).ifPresent(curves -> out.put("curves", curves));
      return out;
    }

    private Optional<Limit> in(PolicySet set) {
      return set.tenant(owner).stream()
          .map(TenantPolicy::limits)
          .flatMap(List::stream)
          .filter(limit -> limit.name().equals(name))
          .findFirst();
    }
  }
}
