package dev.deployclaw.core.planner;

import dev.deployclaw.core.planner.Interpretation.NeedsClarification;
import dev.deployclaw.core.planner.Interpretation.Planned;
import dev.deployclaw.core.planner.Interpretation.Refused;
import dev.deployclaw.core.planner.Proposal.Answer;
import dev.deployclaw.core.task.Change;
import dev.deployclaw.core.task.Change.Who;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.text.Plain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rule planner, and beside it somebody whose intent is judged and compared. What the rules
 * refuse is refused without asking. Equal intents go on; a judged intent where the rules had to ask
 * is held for an approval; two different intents are a question. Who is silent, or proposes what
 * isn't in the request, stops nobody: the rules' answer stands.
 */
public final class ComparedPlanner implements Planner {
  private static final int LONGEST_QUOTE = 300;

  private final Planner rules;
  private final Proposer proposer;

  public ComparedPlanner(Planner rules, Proposer proposer) {
    this.rules = rules;
    this.proposer = proposer;
  }

  @Override
  public Interpretation interpret(TaskRequest request, Inventory inventory) {
    return understand(request, inventory).interpretation();
  }

  @Override
  public Understanding understand(TaskRequest request, Inventory inventory) {
    var ours = rules.interpret(request, inventory);
    if (ours instanceof Refused) {
      return Understanding.plain(ours);
    }
    var proposal = proposer.propose(request.text(), inventory);
    var verdict =
        switch (proposal.answer()) {
          case Answer.Intended(Map<String, Object> json) ->
              intended(ours, json, Evidence.of(request.text(), inventory));
          case Answer.Asked(List<String> questions) ->
              doubted(ours, "the model would ask: " + String.join(" ", questions));
          case Answer.Declined(String reason) -> doubted(ours, "the model would refuse: " + reason);
          case Answer.Silent(String reason) ->
              new Verdict(ours, "silent", "The model said nothing of use: " + reason, true);
        };
    return said(verdict, ours, proposal);
  }

  /** What it comes to: one word for the log, and a sentence. */
  private record Verdict(Interpretation answer, String word, String note, boolean doubtful) {}

  private static Verdict intended(
      Interpretation ours, Map<String, Object> json, Evidence evidence) {
    Intent theirs;
    try {
      theirs = IntentReader.read(json);
    } catch (IllegalArgumentException | ArithmeticException e) {
      return new Verdict(
          ours, "malformed", "The model's intent can't be read: " + quote(e.getMessage()), true);
    }
    var judged = ProposalCheck.of(evidence, theirs);
    if (!judged.problems().isEmpty()) {
      String what = quote(String.join("; ", judged.problems()));
      return new Verdict(ours, "ungrounded", "The model's intent was dropped: " + what, true);
    }
    return switch (ours) {
      case Planned(Intent intent) when same(intent, judged.intent()) ->
          new Verdict(ours, "equal", "The model understood the same", false);
      case Planned(Intent intent) -> contradiction(intent, judged.intent());
      case NeedsClarification(List<String> questions) -> held(questions, judged.intent());
      case Refused _ -> new Verdict(ours, "refused", "", false);
    };
  }

  private static Verdict contradiction(Intent ours, Intent theirs) {
    var question =
        "Two readings differ. By the rules: %s. By the model: %s. Which one is meant?"
            .formatted(text(ours), text(theirs));
    return new Verdict(new NeedsClarification(List.of(question)), "contradicting", question, true);
  }

  private static Verdict held(List<String> questions, Intent theirs) {
    var note =
        "The rules would ask: %s The model understood: %s. It waits for an approval."
            .formatted(String.join(" ", questions), text(theirs));
    return new Verdict(new Planned(theirs.manual()), "held", note, true);
  }

  /** A doubt about a plan holds it; beside a question it changes nothing. */
  private static Verdict doubted(Interpretation ours, String doubt) {
    String note = quote(doubt);
    return ours instanceof Planned(Intent intent)
        ? new Verdict(
            new Planned(intent.manual()), "doubted", note + "; it waits for an approval", true)
        : new Verdict(ours, "doubted", note, true);
  }

  private static Understanding said(Verdict verdict, Interpretation ours, Proposal proposal) {
    var facts = new TreeMap<>(proposal.cost().facts());
    facts.put("comparison", verdict.word());
    facts.put("rules", outcome(ours));
    return new Understanding(verdict.answer(), verdict.note(), verdict.doubtful(), facts);
  }

  private static String outcome(Interpretation ours) {
    return switch (ours) {
      case Planned _ -> "planned";
      case NeedsClarification _ -> "needs-clarification";
      case Refused _ -> "refused";
    };
  }

  /** Whether two intents change the same in the same way, however their lists are cut. */
  static boolean same(Intent a, Intent b) {
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
    out.put("changes", single);
    return out;
  }

  private static List<Change> perTenant(Change c) {
    var except = c.who().except().stream().sorted().distinct().toList();
    if (c.who().tenants().isEmpty()) {
      return List.of(c.with(new Who(List.of(), c.who().labels(), c.who().all(), except)));
    }
    var out = new ArrayList<Change>();
    for (String tenant : c.who().tenants()) {
      out.add(c.with(new Who(List.of(tenant), c.who().labels(), c.who().all(), except)));
    }
    return out;
  }

  private static Intent with(Intent intent, List<Change> changes) {
    return new Intent(
        intent.operation(),
        intent.target(),
        changes,
        intent.guards(),
        intent.schedule(),
        List.of());
  }

  private static String text(Intent intent) {
    return Canonical.text(IntentJson.canonical(intent));
  }

  private static String quote(@Nullable String text) {
    String line = Plain.line(Optional.ofNullable(text).orElse(""));
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
