package dev.deployclaw.policy.source;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyOrigin;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What many sources define together.
 *
 * @param policies by tenant
 * @param origins where each of these policies stands, by tenant
 * @param leftOut tenants that sources define, or seem to define, but wrongly or twice, each with
 *     the first problem: they must keep what they have
 * @param problems all that was found, in the order of sources and text
 * @param nameless names of the documents that were read, but not whom they define; see {@link
 *     DocumentOwnerFinder}
 * @param unreadable names of the sources that couldn't be read
 */
public record CollectedPolicies(
    SortedMap<String, TenantPolicy> policies,
    SortedMap<String, PolicyOrigin> origins,
    SortedMap<String, DocumentProblem> leftOut,
    List<DocumentProblem> problems,
    List<String> nameless,
    List<String> unreadable) {
  public static final CollectedPolicies NOTHING =
      new CollectedPolicies(
          new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), List.of(), List.of(), List.of());

  public CollectedPolicies {
    policies = Collections.unmodifiableSortedMap(new TreeMap<>(policies));
    origins = Collections.unmodifiableSortedMap(new TreeMap<>(origins));
    leftOut = Collections.unmodifiableSortedMap(new TreeMap<>(leftOut));
    problems = List.copyOf(problems);
    nameless = List.copyOf(nameless);
    unreadable = List.copyOf(unreadable);
  }

  /** Why a tenant is left out. */
  public Optional<DocumentProblem> fault(String tenant) {
    return Optional.ofNullable(leftOut.get(tenant));
  }

  public Optional<PolicyOrigin> origin(String tenant) {
    return Optional.ofNullable(origins.get(tenant));
  }

  /**
   * Names of the sources of which it can't be told whom they define. While there are any, a tenant
   * that is missing here is not known to be removed.
   */
  public List<String> unknown() {
    return Stream.concat(nameless.stream(), unreadable.stream()).sorted().toList();
  }
}
