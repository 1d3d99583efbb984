package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.planner.Phrase.Hit;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Schedule;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Takes out of a phrase how a change is to be carried out: approval, dry run, canary, bake, p99,
 * start and end. One thread.
 */
final class Conditions {
  private static final String W = Phrase.WORD;
  private static final String APPROVED =
      "(?:approval|approvals|approve|approves|approved|okay|ok|go ahead|sign off|confirmation"
          + "|confirm|permission|review)";
  private static final Pattern MANUAL =
      rule(
          "(?:(?:but|and|then|please) )*(?:"
              + "(?:wait|hold|pause|stop|ask)(?: "
              + W
              + "){0,5}? "
              + APPROVED
              + "|(?:ask|consult|ping|check with) (?:me|us)|ask (?:first|before)"
              + "|(?:don't|do not|dont|never|nothing|no changes?|not)(?: "
              + W
              + "){0,4} (?:without|until|before|unless)(?: "
              + W
              + "){0,3} "
              + APPROVED
              + "|(?:after|once|when|if|unless|until|before|pending|subject to|needs?|requires?"
              + "|requiring|with|under|upon|on)(?: "
              + W
              + "){0,3}? (?:approval|approve|approves|approved|sign off)"
              + "|(?:manual|manually|human|explicit) (?:approval|approve|approved|confirmation)"
              + "|approval(?: (?:is|=|:))? (?:required|needed|manual|first|mandatory)"
              + "|(?:i|we) (?:want|would like|need|have|must|wish|will|'ll|shall)(?: "
              + W
              + "){0,2}? (?:approve|review|sign off|confirm)|let (?:me|us)"
              + " (?:approve|review|confirm|check|look|see)|hold (?:it )?at the"
              + " (?:gate|checkpoint))(?:"
              + " (?:it|this|that|before|beforehand|first|required|needed|applying|you|apply|do|doing|going"
              + "|live|anything|so|is|for))*");
  private static final Pattern AUTO =
      rule(
          "(?:with )?auto(?:matic|matically)?(?: "
              + W
              + ")? (?:approval|approve|approved)"
              + "|(?:approve|approved)(?: it)? automatically|approval(?: (?:=|:))? auto");
  private static final String END = "(?= (?:[,.;?!:]|and|but|then|just|only|please|if|yet|$))";
  private static final Pattern DRY =
      rule(
          "(?:as |do |make |in |a |run )*dry run(?: (?:only|please|mode|first|of|:))*"
              + "|(?:only|just) (?:show|tell|preview|simulate|plan|print|explain|describe|a plan"
              + "|a preview|the plan)(?: (?:me|us|it|the|what|plan|diff|difference|effect|changes"
              + "|result|outcome|would|will|change|happen|you|do))*"
              + END
              + "|(?:show|tell)(?: (?:me|us))? what (?:would|will)(?: "
              + W
              + "){0,2} (?:change|happen)(?: if)?"
              + "|what (?:would|will|does|might)(?: "
              + W
              + "){0,2}? (?:change|happen|be different)(?: if| when)?|what (?:happens|changes)"
              + " (?:if|when)|what if|what would it (?:do|mean)(?: if)?|(?:don't|do"
              + " not|dont|without|(?<!shall |should |must |may |will |does |can )not)(?: (?:actually|really|yet))*"
              + " (?:apply|applying|change|changing|execute|executing|do|doing|touch|touching|commit|committing|run|running|deploy|make|making)(?:"
              + " (?:it|anything|this|that|them|yet|any|changes|change|for real|now|real|for))*"
              + END
              + "|preview(?: of)?(?: only)?|simulate(?: only)?|simulation(?: only)?|plan only"
              + "|no changes(?: yet)?(?! (?:to|on|for|at))|hypothetically");
  private static final String COHORT =
      "(?: of(?: the| all| our)* (?:tenants|traffic|customers|clients))?";
  private static final String AFTER = "(?:then|next|later|afterwards|finally)";
  private static final String EVERYBODY =
      "(?:all|everyone|everybody|everything|fully|the rest|the others)"
          + "(?:(?: of| the| our)* (?:tenants|traffic|customers|clients|them))?";

  /** The widenings after the first, in order. */
  private static final String WIDER =
      "(?:(?: (?:,|;|and|to|at|with|on|for|"
          + AFTER
          + "))+ <percent>"
          + COHORT
          + ")*(?:(?: (?:,|;|and))* "
          + AFTER
          + "(?: (?:to|at|with|on|for))* "
          + EVERYBODY
          + ")?";

  private static final Pattern CANARY =
      rule(
          "(?:(?:(?:as|in|with|use|using|via|through|on|a|an|start|starting|first|and|then|do|run)"
              + " )*canary(?: (?:"
              + W
              + "|=|:)){0,3}? <percent>"
              + COHORT
              + "(?: first)?|(?:(?:with|use|using|as|a|an|and|at|on) )*<percent> canary(?:"
              + " (?:first|cohort))*|(?:(?:and|then|but) )?(?:roll(?: it)? out|rollout|rolling"
              + " out|start|starting|begin|try)(?: (?:it|with|on|at|to|for|by))* <percent>"
              + COHORT
              + "(?: first)?|(?:on |to |with |for )?<percent> of(?: the| all| our)*"
              + " (?:tenants|customers|clients)(?: first)?|(?:on |to |with |for )?<percent> first)"
              + WIDER);
  private static final String EACH =
      "(?: each(?: time)?|(?: (?:per|after|for|at|in between|between))?(?: (?:each|every|the))?"
          + " (?:step|steps|stage|stages|widening|widenings|cohort))?";
  private static final Pattern BAKE =
      rule(
          "(?:(?:(?:then|and|let|it|them|with|a|to) )*(?:bake|bakes|baking|soak|soaking)(?:"
              + " (?:time|for|it|period|of|=|:|a|at least|in|window|is))* <duration>"
              + EACH
              + "|(?:(?:with|a|and) )*<duration> (?:bake|baking|soak)(?: (?:time|period))?"
              + EACH
              + ")");
  private static final String P99 = "(?:the )?(?:p99|p 99|(?:<num> )?th percentile)(?: latency)?";
  private static final Pattern SLOW =
      rule(
          "(?:(?:and|then|but|please) )*(?:(?:roll(?: it| them)?"
              + " back|rollback|abort|stop|revert|undo|cancel|back out)(?: "
              + W
              + "){0,4}? )?(?:(?:if|when|once|should|in case|unless|while|as long as|so long as"
              + "|provided|only if|keep|keeping|max|maximum)(?: "
              + W
              + "){0,3}? )?"
              + P99
              + "(?: (?:"
              + W
              + "|<|>|=|:|≤|≥)){0,7}? <duration>"
              + "|<duration> p99");
  private static final Pattern BACK_OUT =
      rule(
          "(?:,|then|and|please) (?:(?:then|please) )*(?:roll(?: it| them)?"
              + " back|rollback|abort|stop|revert|undo|cancel|back out)(?:"
              + " (?:it|this|that|everything|the|change|all))*");
  private static final Pattern UNTIL =
      rule("(?:and )?(?:until|till|up to|ending|ends)(?: at| on)? <moment>");
  private static final Pattern START =
      rule(
          "(?:(?:and|but) )?(?:(?:starting|start|starts|from|at|on|as"
              + " of|effective|effectively|beginning|begin|after|not"
              + " before|since|scheduled|schedule|only)(?: (?:at|on|from|for|it|as|of))*"
              + " )*<moment>(?: on| onwards?)?");
  private static final Pattern END_AFTER =
      rule(
          "(?:(?:and|then|but|only|just|temporarily) )*(?:for|during|over)(?:"
              + " (?:the|a|next|coming|following|only|just|about|total|of|period))* <duration>(?:"
              + " only)?|(?:(?:and|then|but|please) )*(?:revert|reverts|reverting|undo|restore|roll"
              + " back|put|reset|expire|expires|expiring|return|returning|go back|goes back|back to"
              + " normal|back)(?: "
              + W
              + "){0,4}? (?:after|in|within) <duration>|(?:(?:and|then|but) )*(?:after|in)"
              + " <duration> (?:revert|undo|restore|roll back|put|reset|expire|return|go"
              + " back|back)(?:"
              + " (?:it|that|this|the|back|change|to|normal|as|was|before|again|how))*");
  private static final Pattern AND_BACK =
      rule(
          "(?:and |then |, )*(?:revert|undo|restore|roll back|put|reset|go back|back)(?:"
              + " (?:it|that|this|them|to|back|normal"
              + "|afterwards|after|again|the|old|limit|limits|as|was|before|how))*");

  private static final int EVERYBODY_PERCENT = 100;

  private final Doubts doubts;
  private final Grounds grounds;
  private final Amounts amounts;
  private Phrase rest;

  private Conditions(Phrase phrase, Doubts doubts, Grounds grounds) {
    this.rest = phrase;
    this.doubts = doubts;
    this.grounds = grounds;
    this.amounts = new Amounts(doubts);
  }

  /** What was found, and the phrase without it. */
  record Found(Phrase rest, Guards guards, Schedule schedule) {}

  static Found read(Phrase phrase, Doubts doubts, Grounds grounds) {
    return new Conditions(phrase, doubts, grounds).read();
  }

  private Found read() {
    var p99 = take(SLOW).flatMap(this::bound);
    var bake = take(BAKE).flatMap(h -> seconds(h, "a bake time", "bake"));
    var widenings = take(CANARY).map(this::cohorts).orElse(List.of());
    var end = take(UNTIL);
    var start = take(START).flatMap(this::start);
    var until = end.flatMap(h -> until(h, start));
    var revert = end.isPresent() ? Optional.<Long>empty() : revertAfter();
    var approval = approval();
    boolean dry = takeAll(DRY, "dry run");
    left();
    if (end.isEmpty() && revert.isEmpty() && rest.has(rule("temporary|temporarily"))) {
      doubts.ask("For how long?");
    }
    return new Found(
        rest,
        new Guards(
            approval,
            dry,
            widenings.stream().findFirst(),
            widenings.stream().skip(1).toList(),
            bake,
            p99),
        new Schedule(start, revert, until));
  }

  private Optional<Hit> take(Pattern rule) {
    var hit = rest.find(rule);
    if (hit.isPresent()) {
      rest = rest.without(hit.get());
    }
    return hit;
  }

  private boolean takeAll(Pattern rule, String name) {
    boolean any = false;
    for (var hit = take(rule); hit.isPresent(); hit = take(rule)) {
      grounds.add(name, hit.get().joined(new Meaning.Word(name), name), name);
      any = true;
    }
    return any;
  }

  private Optional<Guards.Approval> approval() {
    boolean auto = takeAll(AUTO, "auto");
    boolean manual = takeAll(MANUAL, "manual");
    if (auto && manual) {
      doubts.ask("Shall the change wait for an approval, or not?");
    }
    return manual
        ? Optional.of(Guards.Approval.MANUAL)
        : auto ? Optional.of(Guards.Approval.AUTO) : Optional.empty();
  }

  /** A bound on p99; "roll back" is what it leads to, before or after it. */
  private Optional<Long> bound(Hit hit) {
    take(BACK_OUT);
    var item = hit.first(Meaning.Duration.class);
    boolean other =
        hit.find(Meaning.Num.class)
            .filter(n -> n.meaning() instanceof Meaning.Num(BigDecimal v) && v.intValue() != 99)
            .isPresent();
    if (other) {
      doubts.ask("Only the 99th percentile can be a condition: which bound on p99?");
    }
    var millis = amounts.millis(Quantities.millis(item), "a bound on p99");
    millis.ifPresent(m -> grounds.add(m.toString(), item, "duration"));
    return millis;
  }

  private Optional<Long> seconds(Hit hit, String what, String rule) {
    var item = hit.first(Meaning.Duration.class);
    var seconds = amounts.seconds(Quantities.millis(item), what);
    seconds.ifPresent(s -> grounds.add(s.toString(), item, rule));
    return seconds;
  }

  /** Who has it first, and next; each more than the one before. */
  private List<Integer> cohorts(Hit hit) {
    List<Integer> out = new ArrayList<>();
    for (var item : hit.all(Meaning.Percent.class)) {
      if (item.meaning() instanceof Meaning.Percent(BigDecimal value)) {
        var percent = amounts.percent(value, "a canary");
        percent.ifPresent(p -> {
          grounds.add(p.toString(), item, "percent");
          out.add(p);
        });
      }
    }
    if (out.size() > 1 && out.getLast() == EVERYBODY_PERCENT) {
      out.removeLast();
    }
    for (int i = 1; i < out.size(); i++) {
      if (out.get(i) <= out.get(i - 1)) {
        doubts.refuse("each widening of a canary takes more than the one before: " + out);
      }
    }
    return out;
  }

  private Optional<String> start(Hit hit) {
    var item = hit.first(Meaning.Moment.class);
    if (!(item.meaning() instanceof Meaning.Moment(String text)) || instant(text).isEmpty()) {
      doubts.ask("Which instant is meant? Write it as 2026-12-24T06:00:00Z.");
      return Optional.empty();
    }
    grounds.add(text, item, "instant");
    return Optional.of(text);
  }

  private Optional<Long> revertAfter() {
    var revert = take(END_AFTER).flatMap(h -> seconds(h, "a limited time", "duration"));
    if (revert.isPresent()) {
      take(AND_BACK);
    }
    return revert;
  }

  /** An end by itself, or after a start; whether it is past is for whoever has a clock. */
  private Optional<String> until(Hit end, Optional<String> start) {
    var item = end.first(Meaning.Moment.class);
    String text = item.meaning() instanceof Meaning.Moment(String moment) ? moment : "";
    var to = instant(text);
    if (to.isEmpty()) {
      doubts.ask("Which instant is meant by the end? Write it as 2026-12-24T06:00:00Z.");
      return Optional.empty();
    }
    if (start.flatMap(Conditions::instant).filter(from -> !to.get().isAfter(from)).isPresent()) {
      doubts.ask("An end needs an earlier start: from which instant to which?");
      return Optional.empty();
    }
    grounds.add(text, item, "until");
    return Optional.of(text);
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Conditions that were begun and not finished. */
  private void left() {
    if (rest.has(rule("canary"))) {
      doubts.ask("What percentage of the tenants shall the canary take?");
    }
    if (rest.has(rule("bake|baking|soak"))) {
      doubts.ask("How long shall it bake?");
    }
    if (rest.has(rule("p99|percentile"))) {
      doubts.ask("Which bound on p99, in milliseconds?");
    }
    if (rest.has(Meaning.Moment.class)) {
      doubts.ask("There is more than one instant: when does it start?");
    }
  }
}
