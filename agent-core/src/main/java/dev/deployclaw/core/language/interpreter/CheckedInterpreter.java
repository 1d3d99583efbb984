package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.language.IntentJsonReader;
import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The grammar, and beside it a model whose intent is judged in both directions and compared. What
 * the words refuse is refused without asking. Equal intents go on; a judged intent where the
 * grammar had to ask is held for an approval; two different intents are a question; one that leaves
 * out what the request says is never a plan. A model that is silent, or proposes what isn't in the
 * request, stops nothing: the grammar's answer stands.
 */
public final class CheckedInterpreter implements RequestInterpreter {
  private static final int LONGEST_QUOTE = 300;

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

  @Override
  public InterpretedRequest interpret(TaskRequest request, NameInventory inventory) {
    var ours = rules.interpret(request, inventory).interpretation();
    if (ours instanceof Refused) {
      return InterpretedRequest.plain(ours);
    }
    var proposal = proposer.propose(request.text(), inventory);
    var verdict =
        switch (proposal.answer()) {
          case Answer.Intended(Map<String, Object> json) ->
              intended(ours, json, request, inventory);
          case Answer.Asked(List<String> questions) ->
              doubted(ours, "the model would ask: " + String.join(" ", questions));
          case Answer.Declined(String reason) -> doubted(ours, "the model would refuse: " + reason);
          case Answer.Silent(String reason) ->
              Verdict.of(ours, "silent", "The model said nothing of use: " + reason);
        };
    return said(verdict, ours, proposal);
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

    static Verdict asking(Intent intent, String word, String note, ApprovalTrigger demand) {
      return new Verdict(new Planned(intent), word, note, true, List.of(demand));
    }
  }

  private Verdict intended(
      Interpretation ours, Map<String, Object> json, TaskRequest request, NameInventory inventory) {
    Intent theirs;
    try {
      theirs = IntentJsonReader.read(json);
    } catch (IllegalArgumentException | ArithmeticException e) {
      return Verdict.of(
          ours, "malformed", "The model's intent can't be read: " + quote(e.getMessage()));
    }
    var judged = ReadingJudge.judge(request, inventory, zone, theirs);
    if (!judged.invented().isEmpty()) {
      String what = quote(String.join("; ", judged.invented()));
      return Verdict.of(ours, "ungrounded", "The model's intent was dropped: " + what);
    }
    if (!judged.leftOut().isEmpty()) {
      return uncovered(ours, judged.leftOut());
    }
    return switch (ours) {
      case Planned(Intent intent) when same(intent, judged.intent()) ->
          new Verdict(ours, "equal", "The model understood the same", false, List.of());
      case Planned(Intent intent) -> contradiction(intent, judged.intent());
      case NeedsClarification unclear -> held(unclear.texts(), judged.intent(), judged.unused());
      case Refused _ -> new Verdict(ours, "refused", "", false, List.of());
    };
  }

  /** A reading that says less than the request is never a plan: what it lacks is asked about. */
  private static Verdict uncovered(Interpretation ours, List<String> leftOut) {
    String what = quote(String.join("\", \"", leftOut));
    String note = "The model's intent leaves out \"" + what + "\"";
    if (!(ours instanceof NeedsClarification(var questions, var about))) {
      return Verdict.of(ours, "uncovered", note);
    }
    var more = new ArrayList<>(questions);
    more.add(ClarificationQuestion.of("left-out", "words", "What is to come of \"" + what + "\"?"));
    return Verdict.of(new NeedsClarification(more, about), "uncovered", note);
  }

  private static Verdict contradiction(Intent ours, Intent theirs) {
    var question =
        "Two readings differ. By the rules: %s. By the model: %s. Which one is meant?"
            .formatted(text(ours), text(theirs));
    return Verdict.of(NeedsClarification.of(List.of(question)), "contradicting", question);
  }

  /** What the model alone understood; who confirms it sees what it made no use of. */
  private static Verdict held(List<String> questions, Intent theirs, List<String> unused) {
    var note =
        "The rules would ask: %s The model understood: %s. It waits for an approval."
            .formatted(String.join(" ", questions), text(theirs));
    String left =
        unused.isEmpty()
            ? ""
            : "; not used of your words: "
                + unused.stream().map(w -> '"' + quote(w) + '"').collect(Collectors.joining(", "));
    String why =
        "only the language model understood the request, as %s%s"
            .formatted(theirs.operation().word(), left);
    return Verdict.asking(theirs, "held", note, new ApprovalTrigger(Source.MODEL_READING, why));
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
            .map(c -> text(with(intent, List.of(c))))
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
    var out = new ArrayList<RequestedChange>();
    for (String tenant : c.who().tenants()) {
      out.add(c.with(new Who(List.of(tenant), c.who().labels(), c.who().all(), except)));
    }
    return out;
  }

  private static Intent with(Intent intent, List<RequestedChange> changes) {
    return new Intent(
        intent.operation(),
        intent.target(),
        changes,
        intent.guards(),
        intent.schedule(),
        List.of());
  }

  private static String text(Intent intent) {
    return CanonicalJson.text(IntentJson.canonical(intent));
  }

  private static String quote(@Nullable String text) {
    String line = TerminalSafeText.line(Optional.ofNullable(text).orElse(""));
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
