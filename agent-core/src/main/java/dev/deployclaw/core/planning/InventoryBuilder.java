package dev.deployclaw.core.planning;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a request may speak of, and which of it this version carries out. */
final class InventoryBuilder {
  private InventoryBuilder() {}

  static NameInventory of(PolicySet committed, CollectedPolicies sources, List<Gateway> gateways) {
    var tenants = new TreeMap<String, SortedMap<String, String>>();
    var services = new TreeSet<String>();
    Stream.concat(sources.policies().values().stream(), committed.tenants().values().stream())
        .forEach(t -> {
          tenants.put(t.tenant(), t.labels());
          t.limits().forEach(l -> l.match().service().ifPresent(services::add));
        });
    sources.leftOut().keySet().forEach(t -> tenants.putIfAbsent(t, new TreeMap<>()));
    gateways.forEach(g -> g.routes().forEach(r -> services.add(r.service())));
    return new NameInventory(tenants, services, committed);
  }

  /** Whether an operation ends in a new policy set. */
  static boolean writesPolicies(TaskOperation operation) {
    return switch (operation) {
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK, REMOVE_LIMIT -> true;
      case COPY_POLICY, APPLY_POLICIES, RESOLVE_CONFLICTS -> true;
      case REPAIR_DRIFT, ROLLBACK, CHECK_DRIFT, SCAN, VALIDATE, SNAPSHOT -> false;
    };
  }

  /** A guard or schedule that can't be kept is refused, never ignored. */
  static Optional<String> unsupported(Intent intent) {
    var guards = intent.guards();
    List<String> asked = new ArrayList<>();
    if (!writesPolicies(intent.operation())) {
      guards.canaryPercent().ifPresent(p -> asked.add("a canary of " + of(intent)));
      guards.bakeSeconds().ifPresent(s -> asked.add("a bake time of " + of(intent)));
      var start = intent.schedule().startAt();
      start.ifPresent(s -> asked.add("a start time of " + of(intent)));
      guards.maxP99Millis().ifPresent(m -> asked.add("a bound on p99 of " + of(intent)));
    }
    if (!intent.operation().editsTenants() && intent.schedule().ends()) {
      asked.add("a revert after a while");
    }
    return asked.isEmpty()
        ? Optional.empty()
        : Optional.of("this version doesn't support " + String.join(" or ", asked));
  }

  private static String of(Intent intent) {
    return intent.operation().word();
  }

  static String words(Intent intent) {
    int changes = intent.changes().size();
    String how = changes == 0 ? "" : ", " + changes + (changes == 1 ? " change" : " changes");
    var schedule = intent.schedule();
    String end =
        schedule.revertAfterSeconds().map(s -> ", for " + s + " s").orElse("")
            + schedule.revertAt().map(until -> ", until " + until).orElse("");
    String names = String.join(", ", intent.corrected());
    return intent.operationWords()
        + how
        + end
        + (names.isEmpty() ? "" : ", spelled otherwise: " + names)
        + (intent.guards().dryRun() ? ", dry run" : "");
  }

  static List<ChangePlan.Step> steps(Procedure procedure) {
    List<ChangePlan.Step> out = new ArrayList<>();
    for (int i = 0; i < procedure.steps().size(); i++) {
      var step = procedure.steps().get(i);
      out.add(new ChangePlan.Step(i + 1, step.id(), step.action(), step.operations()));
    }
    return out;
  }
}
