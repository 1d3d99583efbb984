package dev.deployclaw.core.spi;

import java.util.Collection;
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
 *     member} and {@code digest} of the report that the facts came with. A member that didn't say
 *     what it holds stands there without facts, as {@link #unseen}
 */
public record ObservedState(SortedMap<String, List<Map<String, Object>>> members) {
  private static final String MEMBER = "member";
  private static final String UNSEEN = "unseen";

  public ObservedState {
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
  }

  /** What stands for a member of which it isn't known what it held, and why. */
  public static Map<String, Object> unseen(String member, String reason) {
    return Map.of(MEMBER, member, UNSEEN, reason);
  }

  /**
   * What was seen of a member. Empty where it wasn't asked, since it was configured later, and
   * where it didn't say: that isn't to have held nothing.
   */
  public Optional<Map<String, Object>> of(String participant, String member) {
    return entry(participant, member).filter(facts -> !facts.containsKey(UNSEEN));
  }

  /** The same of these members alone: of the others it isn't known what they held. */
  public ObservedState only(Collection<String> those) {
    var out = new TreeMap<String, List<Map<String, Object>>>();
    members.forEach((participant, all) ->
        out.put(
            participant, all.stream().filter(facts -> those.contains(facts.get(MEMBER))).toList()));
    return new ObservedState(out);
  }

  /** Why it isn't known what a member held; its participant may have been silent as a whole. */
  public Optional<String> whyUnseen(String participant, String member) {
    return entry(participant, member)
        .or(() -> entry(participant, participant))
        .flatMap(facts -> Optional.ofNullable(facts.get(UNSEEN)))
        .map(String::valueOf);
  }

  private Optional<Map<String, Object>> entry(String participant, String member) {
    return members.getOrDefault(participant, List.of()).stream()
        .filter(facts -> member.equals(facts.get(MEMBER)))
        .findFirst();
  }
}
