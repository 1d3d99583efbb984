package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.task.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a person confirms says all that the intent has, and is a request that means the same. */
class IntentSentenceTest {
  private static final int UNDERSTOOD_FLOOR = 98;

  @Test
  void isUnderstoodAsTheIntentThatItWasMadeFrom() {
    var otherwise = new ArrayList<String>();
    var wrong = new ArrayList<String>();
    int made = 0;
    for (var set : sets().entrySet()) {
      for (Intent intent : plans(set.getKey(), set.getValue())) {
        made++;
        String sentence = IntentSentence.of(intent);
        switch (Corpus.ask(sentence, set.getValue())) {
          case Planned(Intent read) when CheckedInterpreter.same(read, intent) -> {}
          case Planned(Intent read) -> wrong.add(sentence + " gave " + IntentJson.of(read));
          case Interpretation other -> otherwise.add(sentence + ": " + Corpus.show(other));
        }
      }
    }
    otherwise.stream().distinct().limit(30).forEach(System.out::println);
    System.out.printf("%d sentences, %d not understood%n", made, otherwise.size());
    assertThat(made).isGreaterThan(150);
    assertThat(wrong).isEmpty();
    assertThat(100 * (made - otherwise.size()) / made).isGreaterThanOrEqualTo(UNDERSTOOD_FLOOR);
  }

  @Test
  void saysEachValueOfTheIntent() {
    for (var set : sets().entrySet()) {
      for (Intent intent : plans(set.getKey(), set.getValue())) {
        String sentence = IntentSentence.of(intent);
        values(IntentJson.of(intent)).forEach(v -> assertThat(sentence).contains(v));
      }
    }
  }

  private static Map<String, NameInventory> sets() {
    return Map.of(
        "blind-2026-11-26.jsonl", Corpus.INVENTORY,
        "blind-2026-11-26-b.jsonl", Corpus.SAMPLES,
        "blind-2026-11-27-f.jsonl", Corpus.SAMPLES);
  }

  private static List<Intent> plans(String file, NameInventory inventory) {
    var out = new ArrayList<Intent>();
    for (var sample : Corpus.cases(file)) {
      if (Corpus.answer(sample.request(), inventory) instanceof Planned(Intent intent)) {
        out.add(intent);
      }
    }
    return out;
  }

  /** Names, numbers and instants; a window is said as its unit, an operation as a verb. */
  private static List<String> values(Object part) {
    return switch (part) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .filter(e ->
                  !List.of(
                          "operation",
                          "windowSeconds",
                          "onBackendFailure",
                          "mode",
                          "algorithm",
                          "approval",
                          "target")
                      .contains(e.getKey()))
              .flatMap(e -> values(e.getValue()).stream())
              .toList();
      case List<?> list -> list.stream().flatMap(v -> values(v).stream()).toList();
      case Boolean _ -> List.of();
      default -> List.of(String.valueOf(part));
    };
  }
}
