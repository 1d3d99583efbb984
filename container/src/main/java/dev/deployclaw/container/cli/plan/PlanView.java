package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.cli.session.NarrationView;
import dev.deployclaw.container.llm.ChatModelNarrator;
import dev.deployclaw.container.llm.ChatModelNarrator.Subject;
import dev.deployclaw.container.query.PlanDocument;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.policy.diff.BlastRadius;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shows what a request would do.
 *
 * @param zone of times that a request gives none
 */
public record PlanView(CommandEnvironment around, ZoneId zone) {
  private static final int MOST_NAMES = 12;

  public PlanView(CommandEnvironment around) {
    this(around, ZoneOffset.UTC);
  }

  /** Prints it and returns the exit code. */
  public int show(PlanPreviewReport answer, boolean json) {
    if (json) {
      around.json(PlanDocument.of(answer));
    } else {
      print(answer);
      schedule(answer).ifPresent(s -> section("times", times(s)));
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  /**
   * The same, and behind a plan what a model makes of it. Of a question or a refusal nobody is
   * asked: it is in words already.
   */
  int showInWords(PlanPreviewReport answer, boolean json, ChatModelNarrator narrator)
      throws InterruptedException {
    var told = told(answer);
    if (told.isEmpty()) {
      return show(answer, json);
    }
    if (!json) {
      print(answer);
    }
    var narration = narrator.tell(Subject.PLAN, JsonOutput.text(told).lines().toList());
    return new NarrationView(around, json).behind(PlanDocument.of(answer), narration);
  }

  /** What a model is told of: no hash, no grounding, and what may be long behind. */
  private static Map<String, Object> told(PlanPreviewReport answer) {
    var out = new LinkedHashMap<String, Object>();
    switch (answer) {
      case PlanPreviewReport.Planned planned -> {
        var plan = planned.plan();
        out.put("intent", IntentJson.of(plan.intent()));
        out.put("steps", plan.steps().stream().map(ChangePlan.Step::action).toList());
        out.put("held_because", planned.risks());
        out.put("left_as_it_is", plan.warnings());
        out.put("findings", plan.findings().stream().map(PolicyFinding::toMap).toList());
        out.put("changes_nothing", plan.changesNothing());
        out.put("reaches", plan.diff().blastRadius().toMap());
        out.put("differences", plan.diff().toMaps());
      }
      case PlanPreviewReport.Understood(var intent, var risks) -> {
        out.put("intent", IntentJson.of(intent));
        out.put("held_because", risks);
      }
      case PlanPreviewReport.Inquiry _,
          PlanPreviewReport.NeedsClarification _,
          PlanPreviewReport.Refused _ -> {}
    }
    return out;
  }

  /** Prints it as one line of a batch. */
  void line(String id, PlanPreviewReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", id);
    out.putAll(PlanDocument.of(answer));
    around.out().println(JsonOutput.line(out));
  }

  private void print(PlanPreviewReport answer) {
    switch (answer) {
      case PlanPreviewReport.Planned planned -> print(planned);
      case PlanPreviewReport.Understood(var intent, var risks) -> {
        around.say("understood: " + IntentSentence.shown(intent));
        section("would be held because", risks);
      }
      case PlanPreviewReport.Inquiry(var question) ->
          around.say(
              "a question about the estate, which needs its back ends: " + question.topic().word());
      case PlanPreviewReport.NeedsClarification unclear -> ask(unclear.questions());
      case PlanPreviewReport.Refused(var _, String reason) -> around.say("refused: " + reason);
    }
  }

  private static Optional<Schedule> schedule(PlanPreviewReport answer) {
    return switch (answer) {
      case PlanPreviewReport.Planned planned -> Optional.of(planned.plan().intent().schedule());
      case PlanPreviewReport.Understood(var intent, var _) -> Optional.of(intent.schedule());
      case PlanPreviewReport.Inquiry _,
          PlanPreviewReport.NeedsClarification _,
          PlanPreviewReport.Refused _ ->
          Optional.empty();
    };
  }

  /** When it begins and ends, and whose clock the request was read by. */
  private List<String> times(Schedule schedule) {
    var times =
        Stream.of(
                schedule.startAt().map(at -> "begins " + at),
                schedule.revertAt().map(at -> "ends " + at))
            .flatMap(Optional::stream);
    return Stream.concat(times, Stream.of("a time without a zone is in " + zone))
        .skip(schedule.startAt().isEmpty() && schedule.revertAt().isEmpty() ? 1 : 0)
        .toList();
  }

  /** Each question, and under it a request that would be understood. */
  private void ask(List<ClarificationQuestion> questions) {
    for (var question : questions) {
      around.say("? " + question.text());
      question.suggestion().ifPresent(s -> around.say("  for example: " + s));
    }
  }

  private void print(PlanPreviewReport.Planned planned) {
    var plan = planned.plan();
    around.say(plan.intent().operationWords() + ", plan " + plan.hash().substring(0, 12));
    around.say("understood: " + IntentSentence.shown(plan.intent()));
    for (var step : plan.steps()) {
      String operations = String.join(", ", step.operations());
      around.say("  %d %s (%s)".formatted(step.number(), step.action(), operations));
    }
    var procedure = planned.procedure();
    around.say("by skill " + procedure.skill() + ": " + procedure.allowance().explain());
    section("would reach", reach(plan.diff().blastRadius()));
    section("would change", DiffFormatter.of(plan.diff().differences()));
    var own = plan.ownFindings().stream().map(PolicyFinding::text);
    section("findings", Stream.concat(own, plan.otherFindings().stream()).toList());
    section("left as it is", plan.warnings());
    section("would override its source", added(plan.overlays()));
    section(
        "would end these overlays", plan.overlays().removed().stream().map(Overlay::text).toList());
    section("would end", end(plan));
    section("would be held because", planned.risks());
    if (plan.changesNothing()) {
      around.say("nothing would change");
    }
  }

  /** Whom it reaches; nothing where it changes nothing. */
  private static List<String> reach(BlastRadius radius) {
    return Stream.of(
            names("tenant", radius.tenants()),
            names("service", radius.services()),
            names("gateway", radius.gateways()))
        .flatMap(Optional::stream)
        .toList();
  }

  private static List<String> added(ChangePlan.Overlaid overlays) {
    return overlays.added().entrySet().stream()
        .limit(MOST_NAMES)
        .map(e -> e.getKey() + ": " + (e.getValue().isEmpty() ? "in no source" : e.getValue()))
        .toList();
  }

  private static List<String> end(ChangePlan plan) {
    var schedule = plan.intent().schedule();
    return Stream.concat(
            schedule.revertAfterSeconds().map(s -> s + " s after its commit").stream(),
            schedule.revertAt().map(until -> "at " + until).stream())
        .map(when -> when + ", at what each source says then")
        .toList();
  }

  private static Optional<String> names(String what, Collection<String> all) {
    if (all.isEmpty()) {
      return Optional.empty();
    }
    String more = all.size() > MOST_NAMES ? " and " + (all.size() - MOST_NAMES) + " more" : "";
    String some = all.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
    String plural = all.size() == 1 ? "" : "s";
    return Optional.of("%d %s%s: %s%s".formatted(all.size(), what, plural, some, more));
  }

  private void section(String title, List<String> lines) {
    if (!lines.isEmpty()) {
      around.say(title + ":");
      lines.forEach(line -> around.say("  " + line));
    }
  }
}
