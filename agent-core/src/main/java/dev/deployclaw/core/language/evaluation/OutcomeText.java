package dev.deployclaw.core.language.evaluation;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of a request as one line: {@code asked}, {@code refused}, {@code question TOPIC
 * [tenants]}, or the operation with its target, changes (who, where, values), guards and times.
 */
public final class OutcomeText {
  static final String ASKED = "asked";
  static final String REFUSED = "refused";
  static final String QUESTION = "question";

  private static final String PLAN = "plan";

  private OutcomeText() {}

  public static String of(Interpretation answer) {
    return switch (answer) {
      case Planned(Intent intent) -> of(intent);
      case NeedsClarification unclear -> unclear.about().map(OutcomeText::about).orElse(ASKED);
      case Refused _ -> REFUSED;
    };
  }

  public static boolean isPlan(String outcome) {
    return sort(outcome).equals(PLAN);
  }

  /** Whether both are plans, questions, refusals or questions about the estate. */
  static boolean alike(String one, String other) {
    return sort(one).equals(sort(other));
  }

  private static String sort(String outcome) {
    String first = outcome.split(" ", -1)[0];
    return List.of(ASKED, REFUSED, QUESTION).contains(first) ? first : PLAN;
  }

  private static String about(EstateQuestion question) {
    return words(QUESTION, question.topic().word(), String.join(",", question.tenants()));
  }

  public static String of(Intent intent) {
    var out = new ArrayList<String>();
    out.add(intent.operation().word());
    intent.target().ifPresent(out::add);
    out.add(intent.changes().stream().map(OutcomeText::of).collect(Collectors.joining(" + ")));
    var guards = intent.guards();
    if (!guards.percents().isEmpty()) {
      out.add("canary=" + joined(guards.percents()));
    }
    guards.bakeSeconds().ifPresent(s -> out.add("bake=" + s));
    guards.maxP99Millis().ifPresent(m -> out.add("p99=" + m));
    out.add(guards.manual() ? "manual" : "");
    out.add(guards.dryRun() ? "dry" : "");
    intent.schedule().startAt().ifPresent(at -> out.add("@" + at));
    intent.schedule().revertAt().ifPresent(at -> out.add(".." + at));
    intent.schedule().revertAfterSeconds().ifPresent(s -> out.add("~" + s));
    return words(out.toArray(String[]::new));
  }

  private static String of(RequestedChange change) {
    var who = change.who();
    var out = new ArrayList<String>();
    change.from().ifPresent(from -> out.add(from + " to"));
    String except = who.except().isEmpty() ? "" : "!" + joined(who.except());
    out.add(
        joined(who.tenants())
            + joined(who.labels().entrySet())
            + (who.all() ? "all" : "")
            + except);
    change.method().ifPresent(out::add);
    change.route().ifPresent(out::add);
    change.service().ifPresent(out::add);
    change.limit().ifPresent(l -> out.add("limit=" + l));
    var set = change.set();
    set.requests().ifPresent(n -> out.add(n + set.windowSeconds().map(w -> "/" + w).orElse("")));
    set.windowSeconds().filter(_ -> set.requests().isEmpty()).ifPresent(w -> out.add("/" + w));
    set.burst().ifPresent(b -> out.add("burst=" + b));
    set.algorithm().ifPresent(a -> out.add(a.word()));
    set.mode().ifPresent(m -> out.add(m.word()));
    set.onBackendFailure().ifPresent(f -> out.add("fail=" + f.word()));
    change.scale().ifPresent(s -> out.add("x" + s.stripTrailingZeros().toPlainString()));
    return words(out.toArray(String[]::new));
  }

  private static String joined(Iterable<?> parts) {
    var out = new ArrayList<String>();
    parts.forEach(part -> out.add(String.valueOf(part)));
    return String.join(",", out);
  }

  private static String words(String... words) {
    return Stream.of(words).filter(w -> !w.isEmpty()).collect(Collectors.joining(" "));
  }
}
