package dev.deployclaw.core.language.evaluation;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.evaluation.EvaluatedCase.WrongReading;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.grammar.UnquotedPieces.Claims;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Asks an interpreter about requests, and the judge about corrupted readings of what is right. No
 * back end, no effect. As many threads as the interpreter allows.
 *
 * @param now when the requests are made
 * @param zone of times that name none
 */
public record RequestEvaluator(
    RequestInterpreter interpreter, NameInventory names, Instant now, ZoneId zone) {
  /** Looks by their operation, and as a question. */
  private static final Map<String, String> LOOKS =
      Map.of(
          "check-drift", "question drift",
          "validate", "question validate",
          "scan", "question limits");

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
    var offered = offered(answer, sample.expected());
    if (!right || !OutcomeText.isPlan(came) || !(answer instanceof Planned(Intent intent))) {
      return new EvaluatedCase(sample, came, offered, held, nanos, read.facts(), List.of(), false);
    }
    boolean whole = passes(sample.request(), intent, List.of());
    var sources = whole ? List.<Grounding>of() : intent.grounding();
    var wrong = wrong(sample.request(), intent, sources);
    boolean stopped = !whole && !passes(sample.request(), intent, sources);
    return new EvaluatedCase(sample, came, offered, held, nanos, read.facts(), wrong, stopped);
  }

  /**
   * A look in words is answered as a question about the estate, a group less some is the rest of it
   * by name, and an exception of who isn't in it is none: each may be expected as either.
   */
  private String came(Interpretation answer, String expected) {
    String came = OutcomeText.of(answer);
    if (came.equals(LOOKS.get(expected))) {
      return expected;
    }
    if (!(answer instanceof Planned(Intent intent)) || came.equals(expected)) {
      return came;
    }
    var asked =
        EstateQuestion.of(intent, names).map(question -> OutcomeText.of(new Inquiry(question)));
    var named = Optional.of(OutcomeText.of(new Planned(named(intent, this::named))));
    var excepting = Optional.of(OutcomeText.of(new Planned(named(intent, this::excepting))));
    return Stream.of(asked, named, excepting)
        .flatMap(Optional::stream)
        .filter(expected::equals)
        .findFirst()
        .orElse(came);
  }

  /** What accepting the suggestion would mean: the grammar reads it, as it is in its words. */
  private Optional<String> offered(Interpretation answer, String expected) {
    if (!(answer instanceof NeedsClarification(var questions))) {
      return Optional.empty();
    }
    return questions
        .getFirst()
        .suggestion()
        .map(text -> came(new GrammarInterpreter(zone).read(request(text), names), expected));
  }

  private static Intent named(Intent intent, UnaryOperator<Who> naming) {
    return intent.with(intent.changes().stream().map(c -> c.with(naming.apply(c.who()))).toList());
  }

  private Who named(Who who) {
    if (who.labels().isEmpty() || who.except().isEmpty()) {
      return who;
    }
    return new Who(new EstateNames(names).meant(who), new TreeMap<>(), false, List.of());
  }

  /** Without exceptions of others than its members. */
  private Who excepting(Who who) {
    var members =
        new EstateNames(names).meant(new Who(who.tenants(), who.labels(), who.all(), List.of()));
    var except = who.except().stream().filter(members::contains).toList();
    return new Who(who.tenants(), who.labels(), who.all(), except);
  }

  /**
   * @param sources where a model found the values of a reading, which has no use for all else;
   *     empty for a reading of all words
   */
  private boolean passes(String text, Intent reading, List<Grounding> sources) {
    return ReadingJudge.judge(grammar(text, sources), reading).passes();
  }

  /** What the judge says of each; a text is read once, however many readings of it there are. */
  private List<WrongReading> wrong(String text, Intent right, List<Grounding> sources) {
    var read = new HashMap<String, RequestGrammar>();
    return CorruptedReading.of(text, right, names).stream()
        .map(w -> {
          var grammar = read.computeIfAbsent(w.request(), t -> grammar(t, sources));
          return new WrongReading(w.kind(), !ReadingJudge.judge(grammar, w.intent()).passes());
        })
        .toList();
  }

  private RequestGrammar grammar(String text, List<Grounding> sources) {
    Predicate<Token> quoted =
        t -> sources.stream().anyMatch(s -> s.from() < t.to() && t.from() < s.to());
    var grammar =
        sources.isEmpty()
            ? RequestGrammar.of(request(text), names, zone, new OpenQuestions())
            : RequestGrammar.quoting(
                request(text), names, zone, new Claims(quoted, quoted.negate()));
    var _ = grammar.read();
    return grammar;
  }

  private TaskRequest request(String text) {
    return new TaskRequest(text, REQUESTER, now);
  }
}
