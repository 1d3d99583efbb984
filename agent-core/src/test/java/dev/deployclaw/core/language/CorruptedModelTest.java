package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.ReadingCorruption.Corrupted;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A model that answers wrongly in every way that fits a request, and that says the same again when
 * it is told what is wrong. It cites as its source all that it claims to have a use for; or as
 * little as its values need, and claims to have no use for anything.
 */
class CorruptedModelTest {
  private static final int CAUGHT_FLOOR = 98;
  private static final int ADDED = 6;
  private static final RequestInterpreter GRAMMAR = new GrammarInterpreter();

  /** As if the grammar understood nothing: the model alone does. */
  private static final RequestInterpreter DEAF =
      (_, _) -> InterpretedRequest.plain(NeedsClarification.of(List.of("What is meant?")));

  private static final Map<String, int[]> TABLE = new TreeMap<>();
  private static final List<String> UNASKED = new ArrayList<>();
  private static int beside;
  private static int made;
  private static int terse;
  private static final List<String> MISSED = new ArrayList<>();

  @BeforeAll
  static void answerAll() {
    answer("blind-2026-11-26.jsonl", Corpus.INVENTORY);
    answer("blind-2026-11-27-f.jsonl", Corpus.SAMPLES);
    TABLE.forEach((kind, row) -> System.out.printf("%-28s %6d %6d%n", kind, row[0], row[1]));
  }

  private static void answer(String file, NameInventory inventory) {
    for (Corpus.Case sample : Corpus.cases(file)) {
      var answer = Corpus.ask(sample.request(), inventory);
      if (answer instanceof Planned(Intent right) && Corpus.right(sample, answer)) {
        ReadingCorruption.of(sample.request(), right, inventory).stream()
            .filter(CorruptedModelTest::isTaken)
            .forEach(spoilt -> count(spoilt, right, inventory));
      }
    }
  }

  /** Conditions and times are put behind every request: some of them are enough. */
  private static boolean isTaken(Corrupted spoilt) {
    boolean added = List.of("dropped condition", "dropped time").contains(spoilt.kind());
    return !added || Math.floorMod(spoilt.request().hashCode(), ADDED) == 0;
  }

  private static void count(Corrupted spoilt, Intent right, NameInventory inventory) {
    made++;
    var row = TABLE.computeIfAbsent(spoilt.kind(), _ -> new int[2]);
    row[0]++;
    var alone = ask(DEAF, spoilt, inventory);
    boolean asRight =
        alone.interpretation() instanceof Planned(Intent read)
            && CheckedInterpreter.same(read, right)
            && !CheckedInterpreter.same(spoilt.intent(), right);
    boolean planned = alone.interpretation() instanceof Planned;
    row[1] += !planned || asRight ? 1 : 0;
    boolean stillPlanned = isPlanned(terse(spoilt, inventory), spoilt, inventory);
    terse += stillPlanned && !asRight ? 0 : 1;
    if (stillPlanned && !planned) {
      MISSED.add(spoilt.kind() + ": " + spoilt.request() + " as " + IntentJson.of(spoilt.intent()));
    }
    var both = ask(GRAMMAR, spoilt, inventory);
    beside +=
        both.interpretation() instanceof Planned(Intent read) && !ours(spoilt, read, inventory)
            ? 0
            : 1;
    for (var reading : List.of(alone, both)) {
      if (reading.interpretation() instanceof Planned(Intent read)
          && reading.demands().isEmpty()
          && !ours(spoilt, read, inventory)) {
        UNASKED.add(spoilt.kind() + ": " + spoilt.request() + " as " + IntentJson.of(read));
      }
    }
  }

  private static Answer.Intended terse(Corrupted spoilt, NameInventory inventory) {
    String text = spoilt.request();
    var request = new TaskRequest(text, "somebody", Instant.EPOCH);
    var judged = ReadingJudge.judge(request, inventory, ZoneOffset.UTC, spoilt.intent());
    var quotes =
        judged.intent().grounding().stream().map(g -> text.substring(g.from(), g.to())).toList();
    return new Answer.Intended(said(spoilt), quotes, List.of(text));
  }

  private static boolean isPlanned(
      Answer.Intended answer, Corrupted spoilt, NameInventory inventory) {
    return ask(DEAF, answer, spoilt, inventory).interpretation() instanceof Planned;
  }

  /** Whether it is what the grammar understands without a model. */
  private static boolean ours(Corrupted spoilt, Intent read, NameInventory inventory) {
    return Corpus.ask(spoilt.request(), inventory) instanceof Planned(Intent alone)
        && CheckedInterpreter.same(alone, read);
  }

  private static InterpretedRequest ask(
      RequestInterpreter rules, Corrupted spoilt, NameInventory inventory) {
    String used = spoilt.unused().stream().reduce(spoilt.request(), (t, u) -> t.replace(u, ""));
    return ask(
        rules,
        new Answer.Intended(said(spoilt), List.of(used.strip()), spoilt.unused()),
        spoilt,
        inventory);
  }

  private static Map<String, Object> said(Corrupted spoilt) {
    var said = new LinkedHashMap<String, Object>(IntentJson.of(spoilt.intent()));
    var schedule = new LinkedHashMap<String, Object>();
    ((Map<?, ?>) Objects.requireNonNull(said.get("schedule")))
        .forEach((key, value) ->
            schedule.put(
                String.valueOf(key),
                value instanceof String at
                    ? Map.of("quote", spoilt.request(), "instant", at)
                    : value));
    said.put("schedule", schedule);
    return said;
  }

  private static InterpretedRequest ask(
      RequestInterpreter rules, Answer answer, Corrupted spoilt, NameInventory inventory) {
    IntentProposer model =
        (_, _) -> new IntentProposal(answer, new Cost("wrong", 2, 0, 0, List.of()));
    return new CheckedInterpreter(rules, model)
        .interpret(new TaskRequest(spoilt.request(), "somebody", Instant.EPOCH), inventory);
  }

  @Test
  void planNothingUnasked() {
    assertThat(made).isGreaterThan(1000);
    assertThat(UNASKED).isEmpty();
  }

  @Test
  void areCaughtWhereTheModelIsAlone() {
    int caught = TABLE.values().stream().mapToInt(row -> row[1]).sum();
    System.out.printf("caught alone %d of %d, beside the grammar %d%n", caught, made, beside);

    assertThat(100.0 * caught / made).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
  }

  @Test
  void areCaughtWhereTheModelClaimsToHaveNoUseForAnyWord() {
    System.out.printf("caught terse %d of %d%n", terse, made);
    MISSED.stream().limit(40).forEach(System.out::println);

    assertThat(100.0 * terse / made).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
  }

  @Test
  void areAllCaughtBesideTheGrammar() {
    assertThat(beside).isEqualTo(made);
  }
}
