package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.ProposalRequest;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.coverage.ReadingJudge.Judgement;
import dev.deployclaw.core.language.value.ReadingLoss;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskOperation.Waits;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model first, and the grammar beside it. What the words refuse is refused without asking. Both
 * readings are judged in both directions; equal ones go on. What only the model understood waits
 * for an approval of our sentence for it; two different readings are a question with both as
 * choices; one that leaves out what the request says is never a plan: it is suggested, with what it
 * leaves out. Its question is asked where the grammar has none but about a word. A model that is
 * silent, or proposes what isn't in the request, stops nothing: the grammar's answer stands.
 */
public final class CheckedInterpreter implements RequestInterpreter {
  private static final int LONGEST_QUOTE = 300;
  private static final String ALONE = "only the model understood this: ";

  private static final ClarificationQuestion BLOCKED_AGAIN =
      ClarificationQuestion.of(
          "all-ends",
          "time",
          "A change ends as a whole, so the unblock would end, too. Ask for one at a time, please:"
              + " the unblock without an end, then the limit with its end.");

  private final RequestInterpreter rules;
  private final IntentProposer proposer;
  private final ZoneId zone;

  public CheckedInterpreter(RequestInterpreter rules, IntentProposer proposer) {
    this(rules, proposer, ZoneOffset.UTC);
  }

  /**
   * @param zone of times that name none
   */
  public CheckedInterpreter(RequestInterpreter rules, IntentProposer proposer, ZoneId zone) {
    this.rules = rules;
    this.proposer = proposer;
    this.zone = zone;
  }

  /** A model may find a question in any words. */
  @Override
  public boolean mayAsk(String text) {
    return true;
  }

  @Override
  public ZoneId zone() {
    return zone;
  }

  @Override
  public InterpretedRequest interpret(TaskRequest request, NameInventory inventory) {
    var ours = rules.interpret(request, inventory).interpretation();
    if (ours instanceof Refused && !ours.equals(GrammarInterpreter.OUT_OF_SCOPE)) {
      return InterpretedRequest.plain(ours);
    }
    var asked = new ProposalRequest(request, before(request), inventory, zone);
    var proposal = proposer.propose(asked, answer -> fault(asked, answer));
    var verdict =
        switch (proposal.answer()) {
          case Answer.Intended said -> intended(asked, ours, QuotedReading.of(asked, said));
          case Answer.Queried said -> queried(ours, asked, said);
          case Answer.Asked(List<String> questions) -> asked(ours, questions);
          case Answer.Declined(String reason) -> declined(ours, reason);
          case Answer.Silent(String reason) ->
              Verdict.of(ours, "silent", "The model gave no usable answer: " + reason);
        };
    return said(verdict, ours, proposal);
  }

  private static Optional<String> fault(ProposalRequest asked, Answer answer) {
    return switch (answer) {
      case Answer.Intended said -> QuotedReading.of(asked, said).fault();
      case Answer.Queried said ->
          EstateQuery.of(asked, said) instanceof EstateQuery.Unusable(String why)
              ? Optional.of(why)
              : Optional.empty();
      case Answer.Asked(List<String> questions) when questions.isEmpty() ->
          Optional.of("questions are missing");
      case Answer.Asked _, Answer.Declined _, Answer.Silent _ -> Optional.empty();
    };
  }

  /** What the requester said before; of ours nothing, since it may name what the estate holds. */
  private static List<ProposalRequest.Turn> before(TaskRequest request) {
    return request.conversation().turns().stream()
        .map(turn -> new ProposalRequest.Turn(false, turn.text()))
        .toList();
  }

  /**
   * How the readings compare: one word for the log, and a sentence.
   *
   * @param demands why a plan of the answer waits for an approval
   */
  private record Verdict(
      Interpretation answer,
      String word,
      String note,
      boolean doubtful,
      List<ApprovalTrigger> demands) {
    static Verdict of(Interpretation answer, String word, String note) {
      return new Verdict(answer, word, note, true, List.of());
    }

    static Verdict equal(Interpretation answer) {
      return new Verdict(answer, "equal", "The model understood the same", false, List.of());
    }

    static Verdict asking(Intent intent, String word, String note, ApprovalTrigger demand) {
      return new Verdict(new Planned(intent), word, note, true, List.of(demand));
    }
  }

  private Verdict intended(
      ProposalRequest asked, Interpretation ours, QuotedReading.Verdict theirs) {
    return switch (theirs) {
      case QuotedReading.Verdict.Malformed(String why) ->
          Verdict.of(ours, "malformed", "The model's answer was dropped: " + quote(why));
      case QuotedReading.Verdict.Judged(Judgement judged, var guess)
          when !judged.invented().isEmpty() -> {
        String what = quote(String.join("; ", judged.invented()));
        yield Verdict.of(
            guess
                .filter(_ -> ours instanceof NeedsClarification)
                .map(g -> guessed(asked, ours, g))
                .orElse(ours),
            "ungrounded",
            "The model's intent was dropped: " + what);
      }
      case QuotedReading.Verdict.Judged(Judgement judged, _) when !judged.passes() ->
          uncovered(asked, ours, judged);
      case QuotedReading.Verdict.Judged(Judgement judged, _) -> understood(ours, judged);
    };
  }

  /** Suggests what the model reads but for times in words that we can't read. */
  private Interpretation guessed(
      ProposalRequest asked, Interpretation ours, QuotedReading.Guess guess) {
    String asks = String.join(" ", guess.times()) + " " + SuggestedReading.asking(guess.judged());
    var suggested =
        guess.judged().loss() == ReadingLoss.ORDER
            ? Optional.<ClarificationQuestion>empty()
            : SuggestedReading.of(guess.intent(), asks.strip(), text -> plain(asked, text));
    return new NeedsClarification(
        Stream.concat(suggested.stream(), questions(ours).stream()).toList());
  }

  private static Verdict understood(Interpretation ours, Judgement judged) {
    return switch (ours) {
      case Planned(Intent intent) when same(intent, judged.intent()) -> Verdict.equal(ours);
      case Planned(Intent intent) ->
          contradiction(IntentSentence.of(intent), IntentSentence.of(judged.intent()));
      case Inquiry(var question) ->
          contradiction(EstateQuery.sentence(question), IntentSentence.of(judged.intent()));
      case NeedsClarification _, Refused _ when isBlockedAgain(judged.intent()) ->
          Verdict.of(
              new NeedsClarification(List.of(BLOCKED_AGAIN)), "doubted", BLOCKED_AGAIN.text());
      case NeedsClarification _, Refused _ -> held(judged.intent(), judged.unused());
    };
  }

  /** Whether the end of a whole change would take an unblock back, too. */
  private static boolean isBlockedAgain(Intent intent) {
    return intent.schedule().ends()
        && intent.operations().size() > 1
        && intent.operations().contains(TaskOperation.UNBLOCK);
  }

  /** A reading that says less than the request is never a plan: what it lacks is asked about. */
  private Verdict uncovered(ProposalRequest asked, Interpretation ours, Judgement judged) {
    var left = judged.leftOut().isEmpty() ? judged.unnamed() : judged.leftOut();
    String what = quote("\"" + String.join("\", \"", left) + "\"");
    String note = "The model's intent leaves out " + what;
    if (ours instanceof Planned || ours instanceof Inquiry) {
      return Verdict.of(ours, "uncovered", note);
    }
    var suggested =
        judged.loss() != ReadingLoss.ORDER
            ? SuggestedReading.of(
                judged.intent(), SuggestedReading.asking(judged), text -> plain(asked, text))
            : Optional.<ClarificationQuestion>empty();
    var meaning =
        ClarificationQuestion.of("left-out", "words", "What does " + what + " mean here?");
    var first = Stream.concat(suggested.stream(), questions(ours).stream());
    var all = suggested.isEmpty() ? Stream.concat(first, Stream.of(meaning)) : first;
    return Verdict.of(new NeedsClarification(all.toList()), "uncovered", note);
  }

  /** What the grammar makes of other words of the same requester. */
  private Interpretation plain(ProposalRequest asked, String text) {
    return rules
        .interpret(GrammarInterpreter.saying(text, asked.request()), asked.names())
        .interpretation();
  }

  private static Verdict contradiction(String ours, String theirs) {
    String text = "The grammar and the model read this differently: which one do you mean?";
    var question =
        ClarificationQuestion.of("readings-differ", "what", text).choosing(List.of(ours, theirs));
    String note = "By the grammar: %s. By the model: %s".formatted(ours, theirs);
    return Verdict.of(new NeedsClarification(List.of(question)), "contradicting", note);
  }

  /** What the model alone understood; who confirms it sees what it made no use of. */
  private static Verdict held(Intent theirs, List<String> unused) {
    String left =
        unused.isEmpty()
            ? ""
            : "; words that it didn't use: "
                + unused.stream().map(w -> '"' + quote(w) + '"').collect(Collectors.joining(", "));
    String why = ALONE + IntentSentence.of(theirs) + left;
    return Verdict.asking(
        theirs,
        "held",
        why + "; it waits for an approval",
        new ApprovalTrigger(Source.MODEL_READING, why));
  }

  /** Reading is free: a question about the estate is answered if either understood it. */
  private static Verdict queried(Interpretation ours, ProposalRequest asked, Answer.Queried said) {
    return switch (EstateQuery.of(asked, said)) {
      case EstateQuery.Unusable(String why) ->
          Verdict.of(ours, "ungrounded", "The model's question was dropped: " + quote(why));
      case EstateQuery.Usable(EstateQuestion question) -> queried(ours, question);
    };
  }

  /** The model tells topics better, but for "why": to it that is about executions only. */
  private static Verdict queried(Interpretation ours, EstateQuestion question) {
    String sentence = EstateQuery.sentence(question);
    return switch (ours) {
      case Inquiry(var own) when own.topic() == question.topic() -> Verdict.equal(ours);
      case Inquiry(var own) when own.topic() == Topic.EXPLAIN ->
          Verdict.of(ours, "answered", "The model read it as " + sentence);
      case Inquiry(var own) ->
          Verdict.of(
              new Inquiry(question),
              "answered",
              "The grammar read it as " + EstateQuery.sentence(own));
      case Planned(Intent intent) when intent.operation().waits() == Waits.ONLY_LOOKS ->
          Verdict.equal(ours);
      case Planned(Intent intent) -> contradiction(IntentSentence.of(intent), sentence);
      case NeedsClarification _, Refused _ ->
          Verdict.of(new Inquiry(question), "answered", ALONE + sentence);
    };
  }

  /** Of two questions the better one: the grammar's, unless it only stumbles over a word. */
  private static Verdict asked(Interpretation ours, List<String> questions) {
    var mine = questions(ours);
    boolean read = ours instanceof Planned || ours instanceof Inquiry;
    if (read || !stumbles(mine) || questions.isEmpty()) {
      return doubted(ours, "the model would ask: " + String.join(" ", questions));
    }
    var better =
        questions.stream().map(q -> ClarificationQuestion.of("model-asks", "words", quote(q)));
    var all = Stream.concat(better, mine.stream()).toList();
    return Verdict.of(
        new NeedsClarification(all), "asked", "The model asks: " + quote(questions.getFirst()));
  }

  private static List<ClarificationQuestion> questions(Interpretation ours) {
    return ours instanceof NeedsClarification unclear ? unclear.questions() : List.of();
  }

  /** It stops no plan of the grammar's; what the grammar can't read, it may refuse. */
  private static Verdict declined(Interpretation ours, String reason) {
    String text = "the model would refuse: " + reason;
    return ours instanceof NeedsClarification
        ? Verdict.of(new Refused(quote(text)), "doubted", quote(text))
        : doubted(ours, text);
  }

  /** Whether the best question is about a word, or any is and the best suggests nothing. */
  private static boolean stumbles(List<ClarificationQuestion> questions) {
    return questions.isEmpty()
        || questions.stream()
            .limit(questions.getFirst().suggestion().isEmpty() ? questions.size() : 1)
            .anyMatch(q -> q.slot().equals("words"));
  }

  /** A doubt about a plan holds it; beside a question it changes nothing. */
  private static Verdict doubted(Interpretation ours, String doubt) {
    String note = quote(doubt);
    return ours instanceof Planned(Intent intent)
        ? Verdict.asking(
            intent,
            "doubted",
            note + "; it waits for an approval",
            new ApprovalTrigger(Source.MODEL_DOUBT, note))
        : Verdict.of(ours, "doubted", note);
  }

  private static InterpretedRequest said(
      Verdict verdict, Interpretation ours, IntentProposal proposal) {
    var facts = new TreeMap<>(proposal.cost().facts());
    facts.put("comparison", verdict.word());
    facts.put("rules", outcome(ours));
    return new InterpretedRequest(
        verdict.answer(), verdict.note(), verdict.doubtful(), verdict.demands(), facts);
  }

  private static String outcome(Interpretation ours) {
    return switch (ours) {
      case Planned _ -> "planned";
      case NeedsClarification _ -> "needs-clarification";
      case Inquiry _ -> "inquiry";
      case Refused _ -> "refused";
    };
  }

  /** Whether two intents change the same in the same way, however their lists are cut. */
  public static boolean same(Intent a, Intent b) {
    return comparable(a).equals(comparable(b));
  }

  private static Map<String, Object> comparable(Intent intent) {
    var single =
        intent.changes().stream()
            .flatMap(c -> perTenant(c).stream())
            .map(c -> text(intent.with(List.of(c))))
            .distinct()
            .sorted()
            .toList();
    var out = new TreeMap<>(IntentJson.canonical(intent));
    if (!single.isEmpty()) {
      out.remove("operation");
    }
    out.put("changes", single);
    return out;
  }

  private static List<RequestedChange> perTenant(RequestedChange c) {
    var except = c.who().except().stream().sorted().distinct().toList();
    if (c.who().tenants().isEmpty()) {
      return List.of(c.with(new Who(List.of(), c.who().labels(), c.who().all(), except)));
    }
    return c.who().tenants().stream()
        .map(t -> c.with(new Who(List.of(t), c.who().labels(), c.who().all(), except)))
        .toList();
  }

  private static String text(Intent intent) {
    return CanonicalJson.text(IntentJson.canonical(intent));
  }

  private static String quote(@Nullable String text) {
    String line = TerminalSafeText.line(Optional.ofNullable(text).orElse(""));
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
