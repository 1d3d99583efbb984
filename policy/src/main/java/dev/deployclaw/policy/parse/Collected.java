package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.model.TenantPolicy;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What many sources define together.
 *
 * @param policies by tenant
 * @param origins the name of the source, by tenant
 * @param leftOut tenants that sources define, but wrongly or twice: they must keep what they have
 * @param problems all that was found, in the order of sources and text
 * @param unknown names of the sources of which it can't be told whom they define. While there are
 *     any, a tenant that is missing here is not known to be removed.
 */
public record Collected(
    SortedMap<String, TenantPolicy> policies,
    SortedMap<String, String> origins,
    SortedSet<String> leftOut,
    List<Problem> problems,
    List<String> unknown) {
  public Collected {
    policies = Collections.unmodifiableSortedMap(new TreeMap<>(policies));
    origins = Collections.unmodifiableSortedMap(new TreeMap<>(origins));
    leftOut = Collections.unmodifiableSortedSet(new TreeSet<>(leftOut));
    problems = List.copyOf(problems);
    unknown = List.copyOf(unknown);
  }
}
