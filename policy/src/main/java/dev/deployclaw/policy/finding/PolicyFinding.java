package dev.deployclaw.policy.finding;

import dev.deployclaw.policy.json.RecordJson;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Something that a check found.
 *
 * @param tenant the tenant or group; empty when it is about the estate
 * @param limit the limit's name; empty when it is about the whole tenant
 * @param evidence the numbers behind it: whole numbers, strings, lists of them
 */
public record PolicyFinding(
    Severity severity,
    CheckKind check,
    Optional<String> tenant,
    Optional<String> limit,
    String reason,
    String remedy,
    SortedMap<String, Object> evidence) {

  /** The worst first, then by check, tenant and limit. */
  public static final Comparator<PolicyFinding> WORST_FIRST =
      Comparator.comparing(PolicyFinding::severity)
          .thenComparing(PolicyFinding::check)
          .thenComparing(f -> f.tenant().orElse(""))
          .thenComparing(f -> f.limit().orElse(""))
          .thenComparing(PolicyFinding::reason);

  public PolicyFinding {
    evidence = Collections.unmodifiableSortedMap(new TreeMap<>(evidence));
  }

  /** The tenants that errors leave out. */
  public static SortedSet<String> blocked(Collection<PolicyFinding> findings) {
    var tenants = new TreeSet<String>();
    findings.stream()
        .filter(f -> f.severity() == Severity.ERROR)
        .forEach(f -> f.tenant().ifPresent(tenants::add));
    return tenants;
  }

  /** For people: {@code acme/orders: why; what to do}. */
  public String text() {
    return tenant.orElse("estate")
        + limit.map(l -> "/" + l).orElse("")
        + ": "
        + reason
        + "; "
        + remedy;
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return RecordJson.map(this);
  }
}
