package dev.deployclaw.core.result;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whom and what a look is about that somebody asked for. Immutable; any thread.
 *
 * @param whole whether it is about the whole estate, and names no tenant
 * @param tenants whom it is about; names that no source defines are among them
 * @param services to which it is narrowed; empty for all
 */
public record QueryScope(
    boolean whole, NavigableSet<String> tenants, NavigableSet<String> services) {
  public QueryScope {
    tenants = Collections.unmodifiableNavigableSet(new TreeSet<>(tenants));
    services = Collections.unmodifiableNavigableSet(new TreeSet<>(services));
  }

  public static QueryScope of(Intent intent, PolicySet committed) {
    var tenants = new TreeSet<String>();
    var services = new TreeSet<String>();
    for (var change : intent.changes()) {
      tenants.addAll(tenants(change.who(), committed));
      change.service().ifPresent(services::add);
    }
    return new QueryScope(intent.changes().isEmpty(), tenants, services);
  }

  /** Those that are named, or all that the labels fit, less the exceptions. */
  private static Set<String> tenants(RequestedChange.Who who, PolicySet committed) {
    var tenants = new TreeSet<>(who.tenants());
    boolean everybody = who.tenants().isEmpty();
    committed.tenants().values().stream()
        .filter(t -> everybody && t.labels().entrySet().containsAll(who.labels().entrySet()))
        .map(TenantPolicy::tenant)
        .forEach(tenants::add);
    who.except().forEach(tenants::remove);
    return tenants;
  }

  /** Whether something that may be about a tenant belongs to it; what is about none doesn't. */
  public boolean has(Optional<String> tenant) {
    return whole || tenant.filter(tenants::contains).isPresent();
  }

  public boolean has(Limit limit) {
    return services.isEmpty()
        || limit.match().service().isEmpty()
        || services.contains(limit.match().service().get());
  }

  /**
   * Whether a text about several members belongs to it: it names one of its tenants, or no tenant
   * that is known.
   */
  public boolean has(String text, Collection<String> known) {
    var words = List.of(text.split("[^A-Za-z0-9._-]+", -1));
    return whole
        || words.stream().anyMatch(tenants::contains)
        || words.stream().noneMatch(known::contains);
  }
}
