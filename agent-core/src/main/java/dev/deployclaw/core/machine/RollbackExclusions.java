package dev.deployclaw.core.machine;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Members without which a rollback ends, by a person's word: each of them was asked, and could not
 * go back. They are drift from then on, until a repair restores them.
 *
 * @param each by member, in order: who takes it on, as the log names them
 * @param by who did so last
 */
public record RollbackExclusions(SortedMap<String, String> each, String by) {
  private static final int MOST_NAMED = 5;
  private static final String MEMBERS = "members";
  private static final String BY = "by";
  private static final String EACH = "each";

  public RollbackExclusions {
    each = Collections.unmodifiableSortedMap(new TreeMap<>(each));
  }

  /** All by one person. */
  public RollbackExclusions(List<String> members, String by) {
    this(each(members, by), by);
  }

  private static SortedMap<String, String> each(Collection<String> members, String by) {
    var out = new TreeMap<String, String>();
    members.forEach(m -> out.put(m, by));
    return out;
  }

  /** By name, in order, each once. */
  public List<String> members() {
    return List.copyOf(each.keySet());
  }

  /** Who left out a member; empty where none did. */
  public String by(String member) {
    return each.getOrDefault(member, "");
  }

  /** These too, by somebody's later word. */
  public RollbackExclusions and(Collection<String> more, String who) {
    var all = new TreeMap<>(each(more, who));
    all.putAll(each);
    return all.equals(each) ? this : new RollbackExclusions(all, who);
  }

  /** "without gateway/two, which olivia left out"; who did so last comes last. */
  public String words() {
    var persons = each.values().stream().filter(p -> !p.equals(by)).distinct().sorted().toList();
    return Stream.concat(persons.stream(), Stream.of(by))
        .map(p -> named(p) + ", which " + p + " left out")
        .collect(Collectors.joining(", and ", "without ", ""));
  }

  private String named(String person) {
    var theirs = each.keySet().stream().filter(m -> by(m).equals(person)).toList();
    int more = theirs.size() - MOST_NAMED;
    return String.join(", ", theirs.stream().limit(MOST_NAMED).toList())
        + (more > 0 ? " and " + more + " more" : "");
  }

  private boolean isOfSeveral() {
    return each.values().stream().distinct().count() > 1;
  }

  /**
   * Where several persons left members out, an earlier version reads the last one's name of all.
   */
  @JsonValue
  Map<String, Object> toMap() {
    var out = new TreeMap<String, Object>(Map.of(MEMBERS, members(), BY, by));
    if (isOfSeveral()) {
      out.put(EACH, each);
    }
    return out;
  }

  static RollbackExclusions of(StrictJsonObject json) {
    var stored = json.optionalObject(EACH);
    var members = json.texts(MEMBERS);
    var all = each(members, json.text(BY));
    stored.ifPresent(s -> members.forEach(m -> all.put(m, s.text(m))));
    return new RollbackExclusions(all, json.text(BY));
  }

  /** For the records of all that is said without them. */
  Map<String, Object> facts() {
    var out = new TreeMap<String, Object>(Map.of("left_out", members(), "left_out_by", by));
    if (isOfSeveral()) {
      out.put("left_out_each", each);
    }
    return out;
  }
}
