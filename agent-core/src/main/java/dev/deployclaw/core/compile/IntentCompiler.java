package dev.deployclaw.core.compile;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Turns an intent into the policy set that it asks for. Pure. The committed set is the truth; the
 * sources count where the intent applies them, for tenants that nothing is committed of yet, and
 * for all before the first change.
 */
public final class IntentCompiler {
  private final PolicySet committed;
  private final CollectedPolicies sources;
  private final Set<String> warnings = new LinkedHashSet<>();

  private IntentCompiler(PolicySet committed, CollectedPolicies sources) {
    this.committed = committed;
    this.sources = sources;
  }

  /** The present state, and what is configured beside the policies. */
  public record Ground(
      PolicySet committed,
      CollectedPolicies sources,
      Collection<Gateway> gateways,
      String probeKey) {}

  public static CompilationResult compile(Intent intent, Ground ground) {
    var compiler = new IntentCompiler(ground.committed(), ground.sources());
    var invalid = compiler.namedButInvalid(intent);
    if (!invalid.isEmpty()) {
      return new CompilationResult.Invalid(String.join("; ", invalid));
    }
    try {
      return switch (compiler.tenants(intent)) {
        case CompilationStep.Stopped<SortedMap<String, TenantPolicy>>(var why) -> why;
        case CompilationStep.Made<SortedMap<String, TenantPolicy>>(var tenants) ->
            compiler.ready(tenants.values(), ground);
      };
    } catch (IllegalArgumentException | ArithmeticException e) {
      return new CompilationResult.Refused(String.valueOf(e.getMessage()));
    }
  }

  private CompilationResult ready(Collection<TenantPolicy> tenants, Ground ground) {
    return tenants.isEmpty()
        ? new CompilationResult.Refused("no tenant would have a policy any more")
        : new CompilationResult.Ready(
            PolicySet.of(tenants, ground.gateways(), ground.probeKey()), List.copyOf(warnings));
  }

  private CompilationStep<SortedMap<String, TenantPolicy>> tenants(Intent intent) {
    return intent.operation() == TaskOperation.APPLY_POLICIES ? apply(intent) : each(intent);
  }

  private CompilationStep<TenantPolicy> edited(
      TaskOperation operation, TenantPolicy tenant, RequestedChange change) {
    return switch (operation) {
      case SET_LIMIT -> LimitEditor.set(tenant, change);
      case SCALE_LIMIT -> LimitEditor.scale(tenant, change);
      case SET_MODE -> LimitEditor.mode(tenant, change);
      case REMOVE_LIMIT -> LimitEditor.remove(tenant, change);
      case BLOCK -> block(tenant, change, true);
      case UNBLOCK -> block(tenant, change, false);
      case COPY_POLICY -> copy(tenant, change);
      case RESOLVE_CONFLICTS -> WindowMerger.merge(tenant, change);
      case APPLY_POLICIES, REPAIR_DRIFT, ROLLBACK, CHECK_DRIFT, SCAN, VALIDATE, SNAPSHOT ->
          CompilationStep.notCarriedOut(operation.word());
    };
  }

  /**
   * The sources take effect; a tenant that they don't define clearly keeps its committed policy. A
   * tenant that is named and that they don't define is no silent "nothing to do".
   */
  private CompilationStep<SortedMap<String, TenantPolicy>> apply(Intent intent) {
    var known = new TreeMap<>(committed.tenants());
    sources.leftOut().keySet().forEach(t -> known.putIfAbsent(t, unread(t)));
    known.putAll(sources.policies());
    return meant(intent, known)
        .then(meant -> {
          var undefined =
              known.keySet().stream()
                  .filter(t -> intent.names(t) && !sources.policies().containsKey(t))
                  .toList();
          return undefined.isEmpty()
              ? CompilationStep.made(applied(intent, meant))
              : new CompilationStep.Stopped<>(nothingToApply(String.join(", ", undefined)));
        });
  }

  private CompilationResult.Stop nothingToApply(String whom) {
    return sources.unknown().isEmpty()
        ? new CompilationResult.Refused(
            "no source defines " + whom + ", so there is nothing to apply")
        : new CompilationResult.Unread(
            "the source of " + whom + " can't be read: " + String.join(", ", sources.unknown()));
  }

  /** All that are known, where the request names no tenant. */
  private static CompilationStep<SortedSet<String>> meant(
      Intent intent, SortedMap<String, TenantPolicy> known) {
    CompilationStep<SortedSet<String>> meant = CompilationStep.made(new TreeSet<>());
    if (intent.changes().isEmpty()) {
      return meant.map(_ -> new TreeSet<>(known.keySet()));
    }
    for (var change : intent.changes()) {
      meant =
          meant.then(
              before -> TenantSelector.of(change.who(), known).map(more -> both(before, more)));
    }
    return meant;
  }

  private static SortedSet<String> both(SortedSet<String> some, SortedSet<String> others) {
    var all = new TreeSet<>(some);
    all.addAll(others);
    return all;
  }

  private SortedMap<String, TenantPolicy> applied(Intent intent, SortedSet<String> meant) {
    var out = new TreeMap<>(committed.tenants());
    sources
        .policies()
        .forEach((name, policy) -> {
          if (meant.contains(name)) {
            out.put(name, policy);
          }
        });
    sources.leftOut().keySet().forEach(t -> warnings.add(leftOut(t)));
    boolean all =
        intent.changes().isEmpty() || intent.changes().stream().anyMatch(c -> c.who().all());
    if (all) {
      drop(out, meant);
    }
    return out;
  }

  /** Tenants that no source defines any more; none while a source's content is unknown. */
  private void drop(SortedMap<String, TenantPolicy> out, Collection<String> among) {
    for (String name : committed.tenants().keySet()) {
      boolean gone = !sources.policies().containsKey(name) && !sources.leftOut().containsKey(name);
      if (!gone || !among.contains(name)) {
        continue;
      }
      if (sources.unknown().isEmpty()) {
        out.remove(name);
        warnings.add("tenant " + name + " is in no source any more and would be removed");
      } else {
        warnings.add(
            "tenant "
                + name
                + " is kept: not all sources can be read: "
                + String.join(", ", sources.unknown()));
      }
    }
  }

  /** Changes each tenant that is meant, one after the other. */
  private CompilationStep<SortedMap<String, TenantPolicy>> each(Intent intent) {
    boolean each = intent.operations().stream().allMatch(IntentCompiler::editsEach);
    if (!each) {
      return CompilationStep.notCarriedOut(intent.operationWords());
    }
    CompilationStep<SortedMap<String, TenantPolicy>> tenants = CompilationStep.made(ground());
    for (var change : intent.changes()) {
      tenants = tenants.then(before -> changed(before, change, intent.operationOf(change)));
    }
    return tenants;
  }

  private static boolean editsEach(TaskOperation operation) {
    return operation.editsTenants() || operation == TaskOperation.RESOLVE_CONFLICTS;
  }

  private CompilationStep<SortedMap<String, TenantPolicy>> changed(
      SortedMap<String, TenantPolicy> before, RequestedChange change, TaskOperation operation) {
    return TenantSelector.of(change.who(), before)
        .then(this::valid)
        .then(meant -> having(before, meant, change, operation))
        .then(names -> {
          var after = new TreeMap<>(before);
          LimitEditor.wholly(
                  names.stream().map(n -> Objects.requireNonNull(before.get(n))).toList(),
                  change,
                  operation)
              .ifPresent(warnings::add);
          for (String name : names) {
            var tenant = Objects.requireNonNull(before.get(name));
            switch (edited(operation, tenant, change)) {
              case CompilationStep.Made<TenantPolicy>(var policy) -> after.put(name, policy);
              case CompilationStep.Stopped<TenantPolicy>(var why) -> {
                return new CompilationStep.Stopped<>(why);
              }
            }
          }
          return CompilationStep.made(after);
        });
  }

  /** Those whose documents are valid; the others were meant, but not named, and are left out. */
  private CompilationStep<List<String>> valid(SortedSet<String> meant) {
    var valid = meant.stream().filter(t -> !sources.leftOut().containsKey(t)).toList();
    if (valid.isEmpty()) {
      var reasons = meant.stream().map(this::invalid).toList();
      return new CompilationStep.Stopped<>(
          new CompilationResult.Invalid(String.join("; ", reasons)));
    }
    meant.stream().filter(t -> !valid.contains(t)).forEach(t -> warnings.add(leftOut(t)));
    return CompilationStep.made(valid);
  }

  /** Of a group, those that have such a limit; who is named has to have one. */
  private CompilationStep<List<String>> having(
      SortedMap<String, TenantPolicy> before,
      List<String> meant,
      RequestedChange change,
      TaskOperation operation) {
    var without =
        meant.stream()
            .filter(t -> !change.who().tenants().contains(t))
            .filter(
                t -> LimitEditor.lacks(Objects.requireNonNull(before.get(t)), change, operation))
            .toList();
    if (without.isEmpty()) {
      return CompilationStep.made(meant);
    }
    String whom = LimitEditor.some(without);
    String limit = LimitEditor.words(change);
    if (without.size() == meant.size()) {
      return CompilationStep.refused(
          "none of these tenants has %s: %s; set one first, with a rate, or name another"
              .formatted(limit, whom));
    }
    warnings.add("skipped, without %s: %s".formatted(limit, whom));
    return CompilationStep.made(meant.stream().filter(t -> !without.contains(t)).toList());
  }

  private CompilationStep<TenantPolicy> copy(TenantPolicy tenant, RequestedChange change) {
    if (change.from().isEmpty()) {
      return CompilationStep.unclear("Copy the policy of which tenant?");
    }
    String from = change.from().get();
    var there = committed.tenant(from).or(() -> Optional.ofNullable(sources.policies().get(from)));
    return there.isPresent()
        ? CompilationStep.made(LimitEditor.copy(tenant, there.get(), change))
        : CompilationStep.unclear("There is no tenant " + from + ". Which one do you mean?");
  }

  private static CompilationStep<TenantPolicy> block(
      TenantPolicy tenant, RequestedChange change, boolean blocked) {
    boolean partly = change.placed() || change.picks();
    return partly
        ? CompilationStep.refused("a tenant can only be blocked as a whole")
        : CompilationStep.made(tenant.withBlocked(blocked));
  }

  /** The committed tenants, and those that so far only a source defines. */
  private SortedMap<String, TenantPolicy> ground() {
    var out = new TreeMap<>(committed.tenants());
    sources.policies().forEach(out::putIfAbsent);
    int fresh = out.size() - committed.tenants().size();
    if (fresh > 0) {
      warnings.add(fresh + " tenants that only the sources define are applied with it");
    }
    return out;
  }

  private List<String> namedButInvalid(Intent intent) {
    return sources.leftOut().keySet().stream().filter(intent::names).map(this::invalid).toList();
  }

  private String invalid(String tenant) {
    return InvalidTenantMessage.named(tenant, fault(tenant));
  }

  private String leftOut(String tenant) {
    return InvalidTenantMessage.unnamed(tenant, committed, fault(tenant));
  }

  private String fault(String tenant) {
    return sources.fault(tenant).map(DocumentProblem::text).orElse("");
  }

  /** Stands for a tenant of which only the name is known, so that it can be named. */
  private static TenantPolicy unread(String tenant) {
    return new TenantPolicy(
        tenant, new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, List.of());
  }
}
