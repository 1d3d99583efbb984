package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.rollback.Rollback.RollbackPreview;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.diff.PolicyDiff;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Asks on a terminal until a request is understood, each question once. Elsewhere it is silent. */
public final class RequestDialogue {
  private static final int MOST_LINES = 12;
  private static final int MOST_LOOKS = 3;
  private static final BigDecimal BIG = BigDecimal.TEN;
  private static final Predicate<String> ASKS_BACK =
      Pattern.compile("(?i)(?:[?]|why|what|help)[?]*").asMatchPredicate();
  private static final Pattern FIRST_TURN = Pattern.compile(", turn 1\\b");

  private final CommandEnvironment around;
  private final boolean asks;

  public RequestDialogue(CommandEnvironment around, boolean json) {
    this.around = around;
    this.asks = around.display().asks() && !json;
  }

  /** A request with the turns before it, and what it would do. */
  public record PreparedRequest(TaskRequest request, PlanPreviewReport report) {}

  /** Whether there is a terminal to ask on. */
  public boolean asks() {
    return asks;
  }

  /** The request after all answers; its questions stay open without one. */
  public PreparedRequest complete(
      TaskRequest first, InterruptibleFunction<TaskRequest, PlanPreviewReport> planner)
      throws InterruptedException {
    var request = first;
    var report = planner.apply(request);
    while (asks
        && report instanceof PlanPreviewReport.NeedsClarification unclear
        && unclear.next().begun()
        && unclear.next().turns().size() < ConversationReading.MOST_TURNS) {
      var answer = ask(unclear.questions().getFirst());
      if (answer.isEmpty()) {
        break;
      }
      request = around.request(answer.get()).after(unclear.next());
      report = planner.apply(request);
    }
    return new PreparedRequest(request, report);
  }

  /** Asks one question, and shows it again to who asks back; empty without an answer. */
  public Optional<String> ask(ClarificationQuestion question) {
    var answer = Optional.of("?");
    for (int i = 0; i < MOST_LOOKS && answer.filter(ASKS_BACK).isPresent(); i++) {
      around.warn("? " + question.text());
      for (int n = 0; n < question.choices().size(); n++) {
        around.warn("  #" + (n + 1) + " " + question.choices().get(n));
      }
      question.suggestion().ifPresent(s -> around.warn("  yes: " + s));
      answer = around.ask("(empty line: give up) > ").map(String::strip);
    }
    return answer.filter(a -> !a.isEmpty() && !ASKS_BACK.test(a));
  }

  /**
   * Shows how a request was read; asks whether to go on where it reaches tenants that it doesn't
   * name, or spells otherwise, changes a limit by ten times or more, or was said in place of an
   * answer. Where the estate changed while somebody thought about it, what they said yes to is no
   * longer what would be done: it is shown and asked again.
   */
  public boolean goesOn(
      PreparedRequest understood, InterruptibleFunction<TaskRequest, PlanPreviewReport> planner)
      throws InterruptedException {
    var seen = understood.report();
    if (seen instanceof PlanPreviewReport.Understood(var intent, var _)
        && isOther(understood.request(), intent)) {
      around.warn("understood: " + IntentSentence.shown(intent));
      return intent.operation().waits() == TaskOperation.Waits.ONLY_LOOKS || agreed("");
    }
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      if (!(seen instanceof PlanPreviewReport.Planned planned)
          || planned.plan().changesNothing()
          || planned.plan().intent().guards().dryRun()) {
        return true;
      }
      var plan = planned.plan();
      show(IntentSentence.shown(plan.intent()), Optional.of(plan.diff()));
      if (!isOther(understood.request(), plan.intent())
          && !isWide(plan)
          && plan.intent().corrected().isEmpty()
          && plan.diff().differences().stream().noneMatch(RequestDialogue::isBig)) {
        return true;
      }
      if (!agreed(reach(plan.diff()))) {
        return false;
      }
      seen = planner.apply(understood.request());
      if (seen instanceof PlanPreviewReport.Planned now && now.plan().diff().equals(plan.diff())) {
        return true;
      }
      around.warn("the estate changed meanwhile; look again");
    }
    return false;
  }

  /** Shows what a rollback would bring back, and asks whether to go on. */
  public boolean goesOn(RollbackPreview back) {
    show("roll back " + back.undone(), back.diff());
    back.again().ifPresent(id -> around.warn("this brings back " + id));
    return agreed(back.diff().map(RequestDialogue::reach).orElse("The difference isn't known. "));
  }

  private void show(String understood, Optional<PolicyDiff> diff) {
    around.warn("understood: " + understood);
    var lines = DiffFormatter.of(diff.map(PolicyDiff::differences).orElseGet(List::of));
    lines.stream().limit(MOST_LINES).forEach(line -> around.warn("  " + line));
    if (lines.size() > MOST_LINES) {
      around.warn("  and " + (lines.size() - MOST_LINES) + " more");
    }
  }

  private static boolean isWide(ChangePlan plan) {
    return plan.intent().changes().stream()
        .map(RequestedChange::who)
        .anyMatch(who -> who.tenants().isEmpty());
  }

  /** Whether nothing of it was said before a question: it may be meant for something else. */
  private static boolean isOther(TaskRequest request, Intent intent) {
    return !request.conversation().equals(Conversation.NONE)
        && intent.grounding().stream().noneMatch(g -> FIRST_TURN.matcher(g.rule()).find());
  }

  private static String reach(PolicyDiff diff) {
    int tenants = diff.blastRadius().tenants().size();
    return tenants == 1 ? "1 tenant changes. " : tenants + " tenants change. ";
  }

  private boolean agreed(String reach) {
    return around
        .ask("Go on? %s[y/N] ".formatted(reach))
        .filter(answer -> answer.strip().matches("(?i)y|yes"))
        .isPresent();
  }

  private static boolean isBig(FieldDifference difference) {
    if (!difference.field().equals("requests") || difference.before().isEmpty()) {
      return false;
    }
    var before = new BigDecimal(difference.before().get());
    var after = difference.after().map(BigDecimal::new).orElse(before);
    return after.compareTo(before.multiply(BIG)) >= 0 || before.compareTo(after.multiply(BIG)) >= 0;
  }
}
