package dev.deployclaw.core.plan;

import dev.deployclaw.core.task.Change;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.Collected;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Turns an intent into the policy set that it asks for. Pure. The committed set is the truth; the
 * sources count where the intent applies them, for tenants that nothing is committed of yet, and
 * for all before the first change.
 */
public final class IntentCompiler {
  private final PolicySet committed;
  private final Collected sources;
  private final List<String> warnings = new ArrayList<>();

  private IntentCompiler(PolicySet committed, Collected sources) {
    this.committed = committed;
    this.sources = sources;
  }

  /** What stands, and what is configured beside the policies. */
  public record Ground(
      PolicySet committed, Collected sources, Collection<Gateway> gateways, String probeKey) {}

  public static Compiled compile(Intent intent, Ground ground) {
    var compiler = new IntentCompiler(ground.committed(), ground.sources());
    var invalid = compiler.namedButInvalid(intent);
    if (!invalid.isEmpty()) {
      return new Compiled.Invalid(String.join("; ", invalid));
    }
    try {
      var tenants = compiler.tenants(intent);
      if (tenants.isEmpty()) {
        return new Compiled.Refused("no tenant would have a policy any more");
      }
      var set = PolicySet.of(tenants.values(), ground.gateways(), ground.probeKey());
      return new Compiled.Ready(set, compiler.warnings);
    } catch (Unclear e) {
      return new Compiled.Unclear(List.of(e.question()));
    } catch (UnsupportedOperationException | IllegalArgumentException | ArithmeticException e) {
      return new Compiled.Refused(String.valueOf(e.getMessage()));
    }
  }

  private SortedMap<String, TenantPolicy> tenants(Intent intent) {
    return switch (intent.operation()) {
      case APPLY_POLICIES -> apply(intent);
      case SET_LIMIT -> each(intent, LimitChange::set);
      case SCALE_LIMIT -> each(intent, LimitChange::scale);
      case SET_MODE -> each(intent, LimitChange::mode);
      case REMOVE_LIMIT -> each(intent, LimitChange::remove);
      case BLOCK -> each(intent, (t, c) -> block(t, c, true));
      case UNBLOCK -> each(intent, (t, c) -> block(t, c, false));
      case COPY_POLICY -> copy(intent);
      case RESOLVE_CONFLICTS, REPAIR_DRIFT, ROLLBACK -> throw unsupported(intent.operation());
      case CHECK_DRIFT, SCAN, VALIDATE, SNAPSHOT -> throw unsupported(intent.operation());
    };
  }

  /** The sources take effect; whoever can't be told from them keeps what is committed. */
  private SortedMap<String, TenantPolicy> apply(Intent intent) {
    var known = new TreeMap<>(committed.tenants());
    sources.leftOut().forEach(t -> known.putIfAbsent(t, unread(t)));
    known.putAll(sources.policies());
    var chosen = new TreeSet<String>();
    intent.changes().forEach(c -> chosen.addAll(Targets.of(c.who(), known)));
    boolean all = intent.changes().isEmpty();
    var out = new TreeMap<>(committed.tenants());
    sources
        .policies()
        .forEach((name, policy) -> {
          if (all || chosen.contains(name)) {
            out.put(name, policy);
          }
        });
    sources.leftOut().forEach(t -> warnings.add(leftOut(t)));
    if (all || intent.changes().stream().anyMatch(c -> c.who().all())) {
      drop(out, all ? known.keySet() : chosen);
    }
    return out;
  }

  /** Tenants that no source defines any more; none while a source's content is unknown. */
  private void drop(SortedMap<String, TenantPolicy> out, Collection<String> among) {
    for (String name : committed.tenants().keySet()) {
      boolean gone = !sources.policies().containsKey(name) && !sources.leftOut().contains(name);
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

  private SortedMap<String, TenantPolicy> each(
      Intent intent, BiFunction<TenantPolicy, Change, TenantPolicy> how) {
    var tenants = ground();
    for (var change : intent.changes()) {
      for (String name : Targets.of(change.who(), tenants)) {
        tenants.computeIfPresent(name, (_, policy) -> how.apply(policy, change));
      }
    }
    return tenants;
  }

  private SortedMap<String, TenantPolicy> copy(Intent intent) {
    return each(
        intent,
        (tenant, change) -> {
          String from = change.from().orElseThrow(() -> new Unclear("Copied from which tenant?"));
          var there = ground().get(from);
          if (there == null) {
            throw new Unclear("There is no tenant " + from + ". Which one is meant?");
          }
          return LimitChange.copy(tenant, there, change);
        });
  }

  private static TenantPolicy block(TenantPolicy tenant, Change change, boolean blocked) {
    boolean partly =
        change.service().isPresent() || change.route().isPresent() || change.limit().isPresent();
    if (partly) {
      throw new UnsupportedOperationException("a tenant can only be blocked as a whole");
    }
    return tenant.withBlocked(blocked);
  }

  /** The committed tenants, and those that so far only a source defines. */
  private SortedMap<String, TenantPolicy> ground() {
    var out = new TreeMap<>(committed.tenants());
    sources.policies().forEach(out::putIfAbsent);
    if (out.size() > committed.tenants().size() && warnings.isEmpty()) {
      int fresh = out.size() - committed.tenants().size();
      warnings.add(fresh + " tenants that only the sources define are applied with it");
    }
    return out;
  }

  private List<String> namedButInvalid(Intent intent) {
    return sources.leftOut().stream()
        .filter(intent::names)
        .map(t -> "the policy of " + t + " is invalid: " + problem(t))
        .toList();
  }

  private String leftOut(String tenant) {
    String what =
        committed.tenants().containsKey(tenant)
            ? " keeps its committed policy: "
            : " is left out: ";
    return "tenant " + tenant + what + problem(tenant);
  }

  private String problem(String tenant) {
    return sources.problems().stream()
        .filter(p -> p.what().contains(tenant) || p.source().contains(tenant))
        .findFirst()
        .map(p -> p.text())
        .orElse("see the problems of its source");
  }

  /** Stands for a tenant of which only the name is known, so that it can be named. */
  private static TenantPolicy unread(String tenant) {
    return new TenantPolicy(
        tenant, new TreeMap<>(), Optional.empty(), false, BackendFailure.DENY, List.of());
  }

  private static UnsupportedOperationException unsupported(Operation operation) {
    return new UnsupportedOperationException(
        operation.word() + " isn't carried out by this version");
  }
}
