package dev.deployclaw.audit.export;

import dev.deployclaw.policy.diff.FieldDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a plan changes, by its record. A record lists the first 200 differences and counts all.
 *
 * @param unlisted how many it counts and doesn't list
 * @param services of all limits that it changes, joined
 * @param record of the plan
 */
record PlannedDifferences(
    List<FieldDifference> listed, long unlisted, String services, LoggedRecord.Reference record) {
  static final PlannedDifferences NONE =
      new PlannedDifferences(List.of(), 0, "", LoggedRecord.Reference.NONE);

  PlannedDifferences {
    listed = List.copyOf(listed);
  }

  /** Of the last plan among them: an earlier one was planned again. */
  static PlannedDifferences of(List<LoggedRecord> records) {
    return records.reversed().stream()
        .flatMap(entry -> of(entry).stream())
        .findFirst()
        .orElse(NONE);
  }

  private static Optional<PlannedDifferences> of(LoggedRecord entry) {
    var facts = entry.facts();
    if (!entry.text("phase").equals("plan")
        || !(facts.get("diff") instanceof List<?> diff)
        || !facts.containsKey("blast_radius")) {
      return Optional.empty();
    }
    var listed = new ArrayList<FieldDifference>();
    for (Object item : diff) {
      if (item instanceof Map<?, ?> map) {
        FieldDifference.ofMap(map).ifPresent(listed::add);
      }
    }
    long all = facts.get("differences") instanceof Long n ? n : listed.size();
    return Optional.of(
        new PlannedDifferences(
            listed, Math.max(0, all - listed.size()), services(facts), entry.reference()));
  }

  private static String services(Map<String, Object> facts) {
    return facts.get("blast_radius") instanceof Map<?, ?> radius
            && radius.get("services") instanceof List<?> services
        ? services.stream().map(String::valueOf).collect(Collectors.joining("; "))
        : "";
  }

  boolean isEmpty() {
    return listed.isEmpty() && unlisted == 0;
  }
}
