package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.ReadingCorruption.Corrupted;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Right readings of the corpora, each spoilt in every way that fits it: how many the judge catches,
 * and how many right ones it stops.
 */
class CorruptedReadingsTest {
  private static final int CAUGHT_FLOOR = 98;
  private static final int STOPPED_CEILING = 2;
  private static final Map<String, int[]> TABLE = new TreeMap<>();
  private static final List<String> MISSED = new ArrayList<>();
  private static int right;
  private static int stopped;

  @BeforeAll
  static void judgeAll() {
    judge("corpus.jsonl", Corpus.INVENTORY);
    judge("blind-2026-11-26.jsonl", Corpus.INVENTORY);
    for (String file : List.of("blind-2026-11-26-b.jsonl", "blind-2026-11-26-c.jsonl")) {
      judge(file, Corpus.SAMPLES);
    }
    judge("blind-2026-11-27-f.jsonl", Corpus.SAMPLES);
    judge("cases.jsonl", Corpus.SAMPLES);
    print();
  }

  private static void judge(String file, NameInventory inventory) {
    for (Corpus.Case sample : Corpus.cases(file)) {
      var answer = Corpus.ask(sample.request(), inventory);
      if (answer instanceof Planned(Intent intent) && Corpus.right(sample, answer)) {
        right++;
        stopped += passes(sample.request(), intent, inventory) ? 0 : 1;
        ReadingCorruption.of(sample.request(), intent, inventory)
            .forEach(spoilt -> count(spoilt, inventory));
      }
    }
  }

  private static void count(Corrupted spoilt, NameInventory inventory) {
    var row = TABLE.computeIfAbsent(spoilt.kind(), k -> new int[2]);
    row[0]++;
    if (passes(spoilt.request(), spoilt.intent(), inventory)) {
      MISSED.add(spoilt.kind() + ": " + spoilt.request() + " as " + IntentJson.of(spoilt.intent()));
    } else {
      row[1]++;
    }
  }

  private static boolean passes(String text, Intent intent, NameInventory inventory) {
    var request = new TaskRequest(text, "somebody", Instant.EPOCH);
    return ReadingJudge.judge(request, inventory, ZoneOffset.UTC, intent).passes();
  }

  private static void print() {
    System.out.printf("%-28s %6s %6s%n", "corruption", "made", "caught");
    TABLE.forEach((kind, row) -> System.out.printf("%-28s %6d %6d%n", kind, row[0], row[1]));
    System.out.printf("right readings %d, stopped %d%n", right, stopped);
    MISSED.stream().limit(40).forEach(System.out::println);
  }

  @Test
  void catchesWhatIsSpoilt() {
    int made = TABLE.values().stream().mapToInt(row -> row[0]).sum();
    int caught = TABLE.values().stream().mapToInt(row -> row[1]).sum();

    assertThat(made).isGreaterThan(1000);
    assertThat(TABLE).hasSizeGreaterThanOrEqualTo(20);
    assertThat(100.0 * caught / made).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
  }

  @Test
  void letsWhatIsRightPass() {
    assertThat(right).isGreaterThan(500);
    assertThat(100.0 * stopped / right).isLessThanOrEqualTo(STOPPED_CEILING);
  }
}
