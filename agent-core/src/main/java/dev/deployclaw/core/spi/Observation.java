package dev.deployclaw.core.spi;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What participants really hold now: the content of a checkpoint.
 *
 * @param members by participant name; each a list of JSON-like facts, one per member, enough to put
 *     that member back (file texts, library sources, staged hashes). The runtime adds {@code
 *     member} and {@code digest} of the report that the facts came with
 */
public record Observation(SortedMap<String, List<Map<String, Object>>> members) {
  public Observation {
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
  }

  /** What was seen of a member; empty where it wasn't asked: it was configured later. */
  public Optional<Map<String, Object>> of(String participant, String member) {
    return members.getOrDefault(participant, List.of()).stream()
        .filter(facts -> member.equals(facts.get("member")))
        .findFirst();
  }
}
