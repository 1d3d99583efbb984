package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.evaluation.OutcomeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Bad input of each kind: it is asked about or refused, and never planned as something else. */
class BadRequestTest {
  private static final List<String> KINDS =
      List.of(
          "another language",
          "binary",
          "clock change",
          "contradiction",
          "empty",
          "homoglyphs",
          "huge",
          "leap days",
          "mixed scripts",
          "near names",
          "right to left",
          "year 9999");

  @Test
  void neverBecomesAPlanThatNobodyMeant() {
    Map<String, int[]> table = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    for (var bad : BadRequest.all()) {
      String came = bad.outcome();
      var row = table.computeIfAbsent(bad.kind(), k -> new int[4]);
      row[0]++;
      row[came.equals("refused") ? 2 : OutcomeText.isPlan(came) ? 3 : 1]++;
      boolean right = bad.meant().isEmpty() ? !OutcomeText.isPlan(came) : came.equals(bad.meant());
      if (!right) {
        wrong.add(bad.kind() + ": " + bad.shown() + ": " + came);
      }
    }

    System.out.printf(
        "%-18s %8s %6s %8s %7s%n", "bad input", "requests", "asked", "refused", "right");
    table.forEach((kind, row) ->
        System.out.printf("%-18s %8d %6d %8d %7d%n", kind, row[0], row[1], row[2], row[3]));
    assertThat(wrong).isEmpty();
    assertThat(table.keySet()).containsExactlyElementsOf(KINDS);
  }
}
