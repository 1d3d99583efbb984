package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Edits of what records decide, and of what that rests on, as the agent itself could make them. */
final class DecisionEdits {
  private static final List<String> DIGESTS = List.of("before", "after");

  private final RandomGenerator random;

  DecisionEdits(RandomGenerator random) {
    this.random = random;
  }

  /** A log with one such edit, sealed again. */
  List<byte[]> of(String log) {
    var records = RealLogs.records(log);
    var deciding = records.stream().filter(r -> r.containsKey("decision")).toList();
    edit(deciding.get(random.nextInt(deciding.size())), records);
    return RealLogs.sealed(records);
  }

  private void edit(Map<String, Object> entry, List<Map<String, Object>> records) {
    switch (random.nextInt(8)) {
      case 0 -> entry.put("decision", decision(entry, records));
      case 1 -> entry.remove(random.nextBoolean() ? "decision" : "evidence");
      case 2 -> entry.put(DIGESTS.get(random.nextInt(2)), "ab".repeat(32));
      case 3 -> DIGESTS.forEach(entry::remove);
      case 4 -> fact(entry);
      case 5 -> {
        List.of("decision", "evidence", "before", "after").forEach(entry::remove);
        entry.put("schema_version", random.nextBoolean() ? 1L : 2L);
      }
      default -> entry.put("evidence", evidence(entry, records.size()));
    }
  }

  /** Another one's name, rule or both. */
  private Map<String, Object> decision(
      Map<String, Object> entry, List<Map<String, Object>> records) {
    var other = records.get(random.nextInt(records.size()));
    var theirs = RealLogs.object(other.containsKey("decision") ? other : entry, "decision");
    var own = new TreeMap<>(RealLogs.object(entry, "decision"));
    if (random.nextBoolean()) {
      own.put("name", theirs.getOrDefault("name", "invented"));
    }
    if (random.nextBoolean()) {
      own.put("rule", random.nextInt(4) == 0 ? "because" : theirs.getOrDefault("rule", "auto"));
    }
    return own;
  }

  private List<Long> evidence(Map<String, Object> entry, int records) {
    var numbers = new ArrayList<Long>();
    if (entry.get("evidence") instanceof List<?> list) {
      list.forEach(n -> numbers.add((Long) n));
    }
    int at = numbers.isEmpty() ? 0 : random.nextInt(numbers.size());
    switch (random.nextInt(5)) {
      case 0 -> numbers.add(1 + random.nextLong(records + 2));
      case 1 -> Collections.shuffle(numbers, Random.from(random));
      case 2 -> numbers.add(at, 1 + random.nextLong(records));
      default -> {
        if (!numbers.isEmpty()) {
          numbers.remove(at);
        }
      }
    }
    return numbers;
  }

  /** A fact that a decision is held against. */
  private void fact(Map<String, Object> entry) {
    var facts = new TreeMap<>(RealLogs.object(entry, "facts"));
    var names =
        List.of("kind", "rule", "undoes", "digest", "base_digest", "target_digest", "result");
    String name = names.get(random.nextInt(names.size()));
    if (random.nextInt(4) == 0) {
      facts.remove(name);
    } else {
      facts.put(name, random.nextInt(4) == 0 ? StrictJson.Null.NULL : "cd".repeat(32));
    }
    entry.put("facts", facts);
  }
}
