package dev.deployclaw.core.machine;

import dev.deployclaw.core.store.StoredFields;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Members without which a rollback ends, by a person's word: each of them was asked, and could not
 * go back. They are drift from then on, until a repair restores them.
 *
 * @param members by name, in order, each once
 * @param by who takes it on, as the log names them
 */
public record RollbackExclusions(List<String> members, String by) {
  private static final int MOST_NAMED = 5;

  public RollbackExclusions {
    members = List.copyOf(new TreeSet<>(members));
  }

  /** These too, by somebody's later word. */
  public RollbackExclusions and(Collection<String> more, String who) {
    return new RollbackExclusions(Stream.concat(members.stream(), more.stream()).toList(), who);
  }

  /** "without gateway/two, which olivia left out". */
  public String words() {
    var first = members.stream().limit(MOST_NAMED).toList();
    int more = members.size() - first.size();
    String named = String.join(", ", first) + (more > 0 ? " and " + more + " more" : "");
    return "without %s, which %s left out".formatted(named, by);
  }

  Map<String, Object> toMap() {
    return Map.of("members", members, "by", by);
  }

  static RollbackExclusions of(StoredFields json) {
    return new RollbackExclusions(json.texts("members"), json.text("by"));
  }

  /** For the records of all that is said without them. */
  Map<String, Object> facts() {
    return Map.of("left_out", members, "left_out_by", by);
  }
}
