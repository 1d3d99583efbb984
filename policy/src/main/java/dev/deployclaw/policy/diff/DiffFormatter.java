package dev.deployclaw.policy.diff;

import java.util.ArrayList;
import java.util.List;

/**
 * Differences for people. A long run of gateways or tenants that come or go by their names alone is
 * one line with their number; the JSON documents name each.
 */
public final class DiffFormatter {
  /** A run of so many is shown item by item. */
  private static final int LONGEST_UNFOLDED = 5;

  /** Names at the beginning of a folded run. */
  private static final int NAMES_SHOWN = 3;

  private DiffFormatter() {}

  public static List<String> of(List<FieldDifference> differences) {
    var lines = new ArrayList<String>();
    for (int from = 0; from < differences.size(); ) {
      int end = endOfRun(differences, from);
      var run = differences.subList(from, end);
      if (run.size() > LONGEST_UNFOLDED) {
        lines.add(folded(run));
      } else {
        run.stream().map(FieldDifference::text).forEach(lines::add);
      }
      from = end;
    }
    return lines;
  }

  private static int endOfRun(List<FieldDifference> all, int from) {
    var first = all.get(from);
    int end = from + 1;
    while (first.isOfName() && end < all.size() && alike(first, all.get(end))) {
      end++;
    }
    return end;
  }

  private static boolean alike(FieldDifference one, FieldDifference other) {
    return other.isOfName()
        && one.kind().equals(other.kind())
        && one.after().isPresent() == other.after().isPresent();
  }

  private static String folded(List<FieldDifference> run) {
    var names = run.stream().map(FieldDifference::name).toList();
    return "%d %ss %s: %s … %s (--json names all)"
        .formatted(
            run.size(),
            run.getFirst().kind(),
            run.getFirst().after().isPresent() ? "added" : "removed",
            String.join(", ", names.subList(0, NAMES_SHOWN)),
            names.getLast());
  }
}
