package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.ReadingCorruption.Corrupted;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.testkit.Slow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A model that answers wrongly in every way that fits a request, and that says the same again when
 * it is told what is wrong. It cites as its source all that it claims to have a use for; or as
 * little as its values need, and claims to have no use for anything, or for each piece beside. A
 * few of the requests, chosen by their hash, are answered with every commit.
 */
class CorruptedModelTest {
  private static final int CAUGHT_FLOOR = 98;
  private static final int STOPPED_CEILING = 10;
  private static final int ADDED = 6;

  /** One request of so many is answered with every commit. */
  private static final int EVERY = 24;

  /** As if the grammar understood nothing: the model alone does. */
  private static final RequestInterpreter DEAF =
      (_, _) -> InterpretedRequest.plain(NeedsClarification.of(List.of("What is meant?")));

  private final Map<String, int[]> table = new TreeMap<>();
  private final List<String> unasked = new ArrayList<>();
  private final List<String> missed = new ArrayList<>();
  private final Map<String, Interpretation> grammar = new HashMap<>();
  private int right;
  private int stopped;
  private int made;
  private int terse;
  private int disclaiming;
  private int beside;

  @Test
  void planNothingUnaskedAndAreCaught() {
    answerAll(EVERY);

    assertThat(made).isGreaterThan(80);
    holdTheirFloors();
  }

  @Test
  @Slow(
      guard = "dev.deployclaw.core.language.CorruptedModelTest",
      because = "a model answers some three thousand times, in three ways")
  void holdItForEveryRequest() {
    answerAll(1);

    assertThat(made).isGreaterThan(2500);
    holdTheirFloors();
  }

  private void holdTheirFloors() {
    int caught = table.values().stream().mapToInt(row -> row[1]).sum();
    System.out.printf(
        "caught alone %d, terse %d, disclaiming %d, beside the grammar %d of %d; right %d, stopped %d%n",
        caught, terse, disclaiming, beside, made, right, stopped);
    missed.stream().limit(40).forEach(System.out::println);
    assertThat(unasked).isEmpty();
    assertThat(100.0 * caught / made).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
    assertThat(100.0 * terse / made).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
    assertThat(100.0 * disclaiming / made).isGreaterThanOrEqualTo(CAUGHT_FLOOR);
    assertThat(beside).isEqualTo(made);
    assertThat(100.0 * stopped / right).isLessThanOrEqualTo(STOPPED_CEILING);
  }

  private void answerAll(int every) {
    answer("blind-2026-11-26.jsonl", Corpus.INVENTORY, every);
    answer("blind-2026-11-27-f.jsonl", Corpus.SAMPLES, every);
    table.forEach((kind, row) -> System.out.printf("%-28s %6d %6d%n", kind, row[0], row[1]));
  }

  private void answer(String file, NameInventory inventory, int every) {
    for (Corpus.Case sample : Corpus.cases(file, every)) {
      grammar.clear();
      String request = sample.request();
      if (alone(request, inventory) instanceof Planned(Intent meant)
          && Corpus.right(sample, alone(request, inventory))) {
        right++;
        var whole = new Corrupted("right", request, meant);
        boolean passes = isPlanned(terse(whole, inventory), whole, inventory);
        stopped += passes ? 0 : 1;
        ReadingCorruption.of(request, meant, inventory).stream()
            .filter(CorruptedModelTest::isTaken)
            .forEach(spoilt -> count(spoilt, meant, inventory));
      }
    }
  }

  /** What the grammar understands without a model, once for each request. */
  private Interpretation alone(String request, NameInventory inventory) {
    return grammar.computeIfAbsent(request, r -> Corpus.ask(r, inventory));
  }

  /** Conditions and times are put behind every request: some of them are enough. */
  private static boolean isTaken(Corrupted spoilt) {
    boolean added = List.of("dropped condition", "dropped time").contains(spoilt.kind());
    return !added || Math.floorMod(spoilt.request().hashCode(), ADDED) == 0;
  }

  private void count(Corrupted spoilt, Intent meant, NameInventory inventory) {
    made++;
    var row = table.computeIfAbsent(spoilt.kind(), _ -> new int[2]);
    row[0]++;
    var alone = ask(DEAF, spoilt, inventory);
    boolean asRight =
        alone.interpretation() instanceof Planned(Intent read)
            && CheckedInterpreter.same(read, meant)
            && !CheckedInterpreter.same(spoilt.intent(), meant);
    boolean planned = alone.interpretation() instanceof Planned;
    row[1] += !planned || asRight ? 1 : 0;
    var little = terse(spoilt, inventory);
    boolean passes = isPlanned(little, spoilt, inventory);
    terse += passes && !asRight ? 0 : 1;
    boolean disclaimed = isPlanned(disclaiming(little, spoilt), spoilt, inventory);
    disclaiming += disclaimed && !asRight ? 0 : 1;
    if ((passes || planned || disclaimed) && !asRight) {
      missed.add(spoilt.kind() + ": " + spoilt.request() + " as " + IntentJson.of(spoilt.intent()));
    }
    RequestInterpreter ours =
        (request, _) -> InterpretedRequest.plain(alone(request.text(), inventory));
    var both = ask(ours, spoilt, inventory);
    beside +=
        both.interpretation() instanceof Planned(Intent read) && !isOurs(spoilt, read, inventory)
            ? 0
            : 1;
    for (var reading : List.of(alone, both)) {
      if (reading.interpretation() instanceof Planned(Intent read)
          && reading.demands().isEmpty()
          && !isOurs(spoilt, read, inventory)) {
        unasked.add(spoilt.kind() + ": " + spoilt.request() + " as " + IntentJson.of(read));
      }
    }
  }

  private static Answer.Intended terse(Corrupted spoilt, NameInventory inventory) {
    String text = spoilt.request();
    var request = new TaskRequest(text, "somebody", Instant.EPOCH);
    var judged = Corpus.judge(request, inventory, spoilt.intent());
    var quotes =
        judged.intent().grounding().stream().map(g -> text.substring(g.from(), g.to())).toList();
    return new Answer.Intended(said(spoilt), quotes, List.of(text));
  }

  /** The sources of its values, and each piece between them as without a use. */
  private static Answer.Intended disclaiming(Answer.Intended terse, Corrupted spoilt) {
    String rest = spoilt.request();
    for (String quote : terse.quotes()) {
      rest = rest.replace(quote, "\n");
    }
    var unused = Stream.of(rest.split("[\n.,;!?]+", -1)).map(String::strip);
    return new Answer.Intended(
        terse.intent(), terse.quotes(), unused.filter(u -> !u.isEmpty()).toList());
  }

  private static boolean isPlanned(
      Answer.Intended answer, Corrupted spoilt, NameInventory inventory) {
    return ask(DEAF, answer, spoilt, inventory).interpretation() instanceof Planned;
  }

  /** Whether it is what the grammar understands without a model. */
  private boolean isOurs(Corrupted spoilt, Intent read, NameInventory inventory) {
    return alone(spoilt.request(), inventory) instanceof Planned(Intent alone)
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
}
