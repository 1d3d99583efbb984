package dev.deployclaw.policy.parse;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a tenant's policy stands.
 *
 * @param source the document's name
 * @param line of the tenant's name, counted from 1
 * @param limits the line of each limit's name
 */
public record PolicyOrigin(String source, int line, SortedMap<String, Integer> limits) {
  public PolicyOrigin {
    limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
  }

  /** {@code source:line}, for people; the tenant's where the limit isn't there or isn't given. */
  public String place(Optional<String> limit) {
    return source + ":" + limit.map(name -> limits.getOrDefault(name, line)).orElse(line);
  }
}
