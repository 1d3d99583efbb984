package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.ReadingCorruption.Corrupted;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.testkit.Slow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Right readings of the corpora, each spoilt in every way that fits it: how many the judge catches,
 * and how many right ones it stops. A sixth of the requests, chosen by their hash, is judged with
 * every commit, with a quarter of what is put behind each.
 */
class CorruptedReadingsTest {
  private static final int CAUGHT_FLOOR = 98;
  private static final int STOPPED_CEILING = 2;
  private static final int SIXTH = 6;
  private static final int QUARTER = 4;

  /** Put behind each request, so that each is read once more. */
  private static final Set<String> ADDED =
      Set.of("another sentence called unused", "dropped condition", "dropped time");

  private final Map<String, int[]> table = new TreeMap<>();
  private final List<String> missed = new ArrayList<>();
  private int right;
  private int stopped;

  @Test
  void catchesWhatIsSpoiltAndLetsWhatIsRightPass() {
    judgeAll(SIXTH);

    assertThat(made()).isGreaterThan(1000);
    assertThat(right).isGreaterThan(80);
    assertThat(table).hasSizeGreaterThanOrEqualTo(20);
    holdsItsFloors();
  }

  @Test
  @Slow(
      guard = "dev.deployclaw.core.language.CorruptedReadingsTest",
      because = "it judges all of some fifteen thousand readings")
  void holdsItForEveryRequest() {
    judgeAll(1);

    assertThat(right).isGreaterThan(500);
    holdsItsFloors();
  }

  private int made() {
    return table.values().stream().mapToInt(row -> row[0]).sum();
  }

  private void holdsItsFloors() {
    int caught = table.values().stream().mapToInt(row -> row[1]).sum();
    assertThat(100.0 * caught / made()).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
    assertThat(100.0 * stopped / right).isLessThanOrEqualTo(STOPPED_CEILING);
  }

  private void judgeAll(int every) {
    judge("corpus.jsonl", Corpus.INVENTORY, every);
    judge("blind-2026-11-26.jsonl", Corpus.INVENTORY, every);
    for (String file : List.of("blind-2026-11-26-b.jsonl", "blind-2026-11-26-c.jsonl")) {
      judge(file, Corpus.SAMPLES, every);
    }
    judge("blind-2026-11-27-f.jsonl", Corpus.SAMPLES, every);
    judge("cases.jsonl", Corpus.SAMPLES, every);
    print();
  }

  private void judge(String file, NameInventory inventory, int every) {
    for (Corpus.Case sample : Corpus.cases(file, every)) {
      var answer = Corpus.answer(sample.request(), inventory);
      if (answer instanceof Planned(Intent intent) && Corpus.right(sample, answer)) {
        var read = new HashMap<String, RequestGrammar>();
        right++;
        stopped += passes(read(read, sample.request(), inventory), intent) ? 0 : 1;
        ReadingCorruption.of(sample.request(), intent, inventory).stream()
            .filter(spoilt -> every == 1 || isTaken(spoilt))
            .forEach(spoilt -> count(spoilt, read(read, spoilt.request(), inventory)));
      }
    }
  }

  private static boolean isTaken(Corrupted spoilt) {
    return !ADDED.contains(spoilt.kind())
        || Math.floorMod(spoilt.request().hashCode(), QUARTER) == 0;
  }

  /** A request is read once, however many readings of it are judged. */
  private static RequestGrammar read(
      Map<String, RequestGrammar> read, String text, NameInventory inventory) {
    return read.computeIfAbsent(
        text,
        t -> {
          var request = new TaskRequest(t, "somebody", Instant.EPOCH);
          var grammar = RequestGrammar.of(request, inventory, ZoneOffset.UTC, new OpenQuestions());
          var _ = grammar.read();
          return grammar;
        });
  }

  private void count(Corrupted spoilt, RequestGrammar grammar) {
    var row = table.computeIfAbsent(spoilt.kind(), k -> new int[2]);
    row[0]++;
    if (passes(grammar, spoilt.intent())) {
      missed.add(spoilt.kind() + ": " + spoilt.request() + " as " + IntentJson.of(spoilt.intent()));
    } else {
      row[1]++;
    }
  }

  private static boolean passes(RequestGrammar grammar, Intent intent) {
    return ReadingJudge.judge(grammar, intent).passes();
  }

  private void print() {
    System.out.printf("%-28s %6s %6s%n", "corruption", "made", "caught");
    table.forEach((kind, row) -> System.out.printf("%-28s %6d %6d%n", kind, row[0], row[1]));
    System.out.printf("right readings %d, stopped %d%n", right, stopped);
    missed.stream().limit(40).forEach(System.out::println);
  }
}
