package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.SuggestionFinder;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.grammar.SkippingReader;
import dev.deployclaw.core.language.grammar.SkippingReader.Skipped;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.question.EstateQuestionReader;
import dev.deployclaw.core.language.refusal.RequestRefusals;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.language.value.ReadingLoss;
import dev.deployclaw.core.task.TaskOperation.Waits;
import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Understands requests by a grammar of frames: typed tokens, phrases, clauses, slots. Each token of
 * an ordering clause belongs to a slot or is a courtesy; what is neither is a question. Stateless,
 * needs no network, any number of threads.
 *
 * <p>No parser library: a generated parser (ANTLR) wants sentences of one shape, while people give
 * the slots in any order and leave words out; date libraries (Natty, prettytime-nlp, Hawking) guess
 * on what they only half understand, and here a guess is a wrong limit.
 */
public final class GrammarInterpreter implements RequestInterpreter {
  /** It is about something else, or in words that the grammar doesn't know. */
  static final Refused OUT_OF_SCOPE =
      new Refused("that is out of scope: the agent changes, checks and rolls back rate limits");

  /** It goes on with something that was said, but nothing was. */
  private static final NeedsClarification ANSWER =
      new NeedsClarification(
          List.of(
              ClarificationQuestion.of(
                  "answer",
                  "what",
                  "Which request does that answer? Say who, on which service, and how much.")));

  /** A request of its own is read better than an answer to what its background makes one ask. */
  private static final String AGAIN = "Or send the request again in one short sentence.";

  private static final int MANY_WORDS = 12;

  private final ZoneId zone;

  public GrammarInterpreter() {
    this(ZoneOffset.UTC);
  }

  /**
   * @param zone of times that name none
   */
  public GrammarInterpreter(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public ZoneId zone() {
    return zone;
  }

  @Override
  public InterpretedRequest interpret(TaskRequest request, NameInventory inventory) {
    return InterpretedRequest.plain(read(request, inventory));
  }

  @Override
  public boolean mayAsk(String text) {
    return EstateQuestionReader.mayAsk(text);
  }

  /** What the grammar alone makes of it. */
  public Interpretation read(TaskRequest request, NameInventory inventory) {
    var cuts = new HashMap<String, RequestGrammar>();
    Function<String, RequestGrammar> grammar =
        text ->
            cuts.computeIfAbsent(
                text,
                t -> RequestGrammar.of(saying(t, request), inventory, zone, new OpenQuestions()));
    var readings = new HashMap<String, Interpretation>();
    Function<String, Interpretation> strict =
        text ->
            readings.computeIfAbsent(
                text, t -> readOnce(saying(t, request), inventory, () -> grammar.apply(t)));
    var answer = strict.apply(request.text());
    if (!(answer instanceof NeedsClarification(var questions))) {
      return answer;
    }
    var finder =
        new SuggestionFinder(
            request.text(), inventory, text -> strict.apply(text) instanceof Planned);
    var found = finder.of(questions);
    if (found.getFirst().suggestion().isPresent()) {
      return new NeedsClarification(found);
    }
    var suggested =
        new SkippingReader(grammar.apply(request.text()), grammar, strict)
            .read()
            .filter(s -> isBorneOut(s, request, inventory))
            .flatMap(
                s -> SuggestedReading.of(s.intent(), SuggestedReading.leaving(s.left()), strict));
    return new NeedsClarification(
        suggested.isPresent() || !(isLong(request) || found.getFirst().slot().equals("words"))
            ? Stream.concat(suggested.stream(), found.stream()).toList()
            : found.stream().map(q -> q.adding(AGAIN)).toList());
  }

  /** It may tell more than it orders. */
  private static boolean isLong(TaskRequest request) {
    return request.text().strip().split("\\s+", -1).length > MANY_WORDS;
  }

  /** Whether the whole request says nothing against it, judged like a model's reading. */
  private boolean isBorneOut(Skipped some, TaskRequest request, NameInventory inventory) {
    var quoting = RequestGrammar.quoting(request, inventory, zone, some.claims());
    var _ = quoting.read();
    var judged = ReadingJudge.judge(quoting, some.intent());
    return judged.invented().isEmpty()
        && judged.unnamed().isEmpty()
        && judged.loss() != ReadingLoss.ORDER;
  }

  static TaskRequest saying(String text, TaskRequest request) {
    return new TaskRequest(text, request.requester(), request.received());
  }

  private Interpretation readOnce(
      TaskRequest request, NameInventory inventory, Supplier<RequestGrammar> cut) {
    var unread = RequestRefusals.unread(request.text());
    if (unread.isPresent()) {
      return new Refused(unread.get());
    }
    var names = new EstateNames(inventory);
    var words = RequestLexer.words(request.text(), names);
    var attempt = RequestRefusals.attempt(words);
    if (attempt.isPresent()) {
      return new Refused(attempt.get());
    }
    var questions = new OpenQuestions();
    var grammar = cut.get().asking(questions);
    if (grammar.isAnswer()) {
      return ANSWER;
    }
    var told = grammar.telling();
    var order =
        words.stream()
            .filter(w -> told.stream().noneMatch(t -> t.from() <= w.from() && w.to() <= t.to()))
            .toList();
    boolean allTold =
        order.stream()
            .allMatch(w -> w.is(Kind.WORD) && !Character.isLetterOrDigit(w.text().codePointAt(0)));
    var asked = allTold ? words : order;
    var matter =
        RequestRefusals.matter(asked)
            .or(() -> grammar.isOurs() ? Optional.empty() : RequestRefusals.topic(asked));
    if (matter.isPresent()) {
      return new Refused(matter.get());
    }
    var answer = conclude(grammar, questions);
    return EstateQuestionReader.read(request, words, names, zone)
        .filter(q ->
            !plans(answer, EstateQuestionReader.hasFigures(words))
                || (q.topic() == Topic.USAGE && looks(answer)))
        .<Interpretation>map(Inquiry::new)
        .orElse(answer);
  }

  /** A plan that only looks, or tries the figures that a question names, answers it, too. */
  private static boolean plans(Interpretation answer, boolean figures) {
    return answer instanceof Planned && (figures || looks(answer));
  }

  /** A look at the limits says nothing of their use. */
  private static boolean looks(Interpretation answer) {
    return answer instanceof Planned(var intent) && intent.operation().waits() == Waits.ONLY_LOOKS;
  }

  private static Interpretation conclude(RequestGrammar grammar, OpenQuestions questions) {
    var intent = grammar.read();
    if (questions.refusal().isPresent()) {
      return new Refused(questions.refusal().get());
    }
    if (!questions.questions().isEmpty() && !(intent.isEmpty() && grammar.isForeign())) {
      return new NeedsClarification(questions.questions());
    }
    if (intent.isEmpty()) {
      return grammar.isFragment() ? ANSWER : OUT_OF_SCOPE;
    }
    var judged = ReadingJudge.judge(grammar, intent.get());
    var missed = Stream.concat(judged.invented().stream(), judged.leftOut().stream()).toList();
    return judged.passes()
        ? new Planned(intent.get())
        : NeedsClarification.of(
            List.of("I would leave out \"" + String.join("\", \"", missed) + "\": is that right?"));
  }
}
