package dev.deployclaw.core.language.evaluation;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.evaluation.EvaluatedCase.WrongReading;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * Asks an interpreter about requests, and the judge about corrupted readings of what is right. No
 * back end, no effect. As many threads as the interpreter allows.
 *
 * @param now when the requests are made
 * @param zone of times that name none
 */
public record RequestEvaluator(
    RequestInterpreter interpreter, NameInventory names, Instant now, ZoneId zone) {
  private static final String REQUESTER = "evaluation";

  public EvaluatedCase evaluate(RequestCase sample) {
    var request = request(sample.request());
    long start = System.nanoTime();
    var read = interpreter.interpret(request, names);
    long nanos = System.nanoTime() - start;
    var answer = read.interpretation();
    boolean held = answer instanceof Planned && !read.demands(request).isEmpty();
    String came = came(answer, sample.expected());
    boolean right = OutcomeText.same(came, sample.expected());
    if (!right || !OutcomeText.isPlan(came) || !(answer instanceof Planned(Intent intent))) {
      return new EvaluatedCase(sample, came, held, nanos, read.facts(), List.of(), false);
    }
    boolean whole = passes(sample.request(), intent, List.of());
    var sources = whole ? List.<Grounding>of() : intent.grounding();
    var wrong =
        CorruptedReading.of(sample.request(), intent, names).stream()
            .map(w -> new WrongReading(w.kind(), !passes(w.request(), w.intent(), sources)))
            .toList();
    boolean stopped = !whole && !passes(sample.request(), intent, sources);
    return new EvaluatedCase(sample, came, held, nanos, read.facts(), wrong, stopped);
  }

  /** A look in words is answered as a question about the estate; it may be expected as either. */
  private String came(Interpretation answer, String expected) {
    String came = OutcomeText.of(answer);
    return answer instanceof Planned(Intent look) && !came.equals(expected)
        ? EstateQuestion.of(look, names)
            .map(question -> OutcomeText.of(new Inquiry(question)))
            .filter(expected::equals)
            .orElse(came)
        : came;
  }

  /**
   * @param sources where a model found the values of a reading; empty for a reading of all words
   */
  private boolean passes(String text, Intent reading, List<Grounding> sources) {
    var request = request(text);
    if (sources.isEmpty()) {
      return ReadingJudge.judge(request, names, zone, reading).passes();
    }
    var grammar =
        RequestGrammar.quoting(
            request,
            names,
            zone,
            t -> sources.stream().anyMatch(s -> s.from() < t.to() && t.from() < s.to()));
    var _ = grammar.read();
    return ReadingJudge.judge(grammar, reading).passes();
  }

  private TaskRequest request(String text) {
    return new TaskRequest(text, REQUESTER, now);
  }
}
