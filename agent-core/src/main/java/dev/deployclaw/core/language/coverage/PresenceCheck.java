package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.lexer.KeyPhrase;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.AmountRanges;
import dev.deployclaw.core.language.value.GroundingList;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether each value of a reading stands in the request, or follows from it: what doesn't was
 * invented. Shape and ranges, too. One object judges one reading.
 */
final class PresenceCheck {
  private static final int MOST_CHANGES = 100;
  private static final Set<Kind> COUNTS =
      Set.of(Kind.NUMBER, Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.BURST);

  private static final Pattern APPROVAL =
      Pattern.compile(
          "approv(?:e[sd]?|als?)|sign(?:s|ed)?|confirm(?:s|ed|ation)?|agree[sd]?|permission");

  private final List<Token> tokens;
  private final Intent intent;
  private final OpenQuestions questions = new OpenQuestions();
  private final AmountRanges ranges = new AmountRanges(questions);
  private final GroundingList grounds = new GroundingList();
  private final List<String> problems = new ArrayList<>();
  private final List<String> unnamed = new ArrayList<>();

  PresenceCheck(List<Token> tokens, Intent intent) {
    this(tokens, intent, _ -> true);
  }

  /**
   * @param counts which tokens, and parts of tokens, a value may be found in
   */
  PresenceCheck(List<Token> tokens, Intent intent, Predicate<Token> counts) {
    this.tokens = tokens.stream().flatMap(Token::all).filter(counts).toList();
    this.intent = intent;
  }

  List<String> problems() {
    shape();
    intent.changes().stream().limit(MOST_CHANGES).forEach(this::change);
    intent
        .target()
        .ifPresent(t ->
            said(
                "target " + t,
                t,
                k -> t.equals("last") ? k.is("last") : k.is(Kind.EXECUTION) && k.text().equals(t)));
    guards(intent.guards());
    var schedule = intent.schedule();
    schedule
        .startAt()
        .ifPresent(at -> said("start " + at, at, k -> k.is(Kind.INSTANT) && k.text().equals(at)));
    schedule
        .revertAt()
        .ifPresent(at -> said("end " + at, at, k -> k.is(Kind.INSTANT) && k.text().equals(at)));
    schedule
        .revertAfterSeconds()
        .ifPresent(s -> {
          var _ = ranges.seconds(BigDecimal.valueOf(s).movePointRight(3), "a limited time");
          span("end after " + s + " s", s, BigDecimal.valueOf(s).movePointRight(3));
        });
    questions.refusal().ifPresent(problems::add);
    questions.questions().forEach(q -> problems.add(q.text()));
    return problems;
  }

  /** What is one of few, in words that aren't known. */
  List<String> unnamed() {
    return List.copyOf(unnamed);
  }

  List<Grounding> grounding() {
    return grounds.all();
  }

  private void shape() {
    boolean alone = intent.operation() == TaskOperation.ROLLBACK;
    wrong(alone != intent.target().isPresent(), "target goes with rollback and with nothing else");
    wrong(alone && !intent.changes().isEmpty(), "a rollback has no changes");
    wrong(intent.changes().size() > MOST_CHANGES, "there are more than 100 changes");
    wrong(needsWho() && intent.changes().isEmpty(), "changes are missing");
  }

  private boolean needsWho() {
    return intent.operation().editsTenants()
        || intent.operation() == TaskOperation.RESOLVE_CONFLICTS;
  }

  private void change(RequestedChange c) {
    var op = intent.operationOf(c);
    if (intent.operations().size() > 1) {
      wrong(!op.editsTenants(), op.word() + " can't be a part of one change with others");
      operation(op);
    }
    boolean sets =
        op == TaskOperation.SET_LIMIT
            || op == TaskOperation.SET_MODE
            || op == TaskOperation.RESOLVE_CONFLICTS;
    wrong(sets == c.set().equals(Settings.NONE), "set goes with set-limit, set-mode and conflicts");
    wrong(
        (op == TaskOperation.SCALE_LIMIT) != c.scale().isPresent(), "scale goes with scale-limit");
    wrong((op == TaskOperation.COPY_POLICY) != c.from().isPresent(), "from goes with copy-policy");
    who(c.who());
    c.service()
        .ifPresent(
            s -> said("service " + s, s, t -> named(t, Kind.SERVICE, s) || t.is("each-service")));
    c.route().ifPresent(r -> said("route " + r, r, t -> named(t, Kind.ROUTE, r)));
    c.method().ifPresent(m -> said("method " + m, m, t -> named(t, Kind.METHOD, m)));
    c.limit().ifPresent(l -> said("limit " + l, l, t -> t.text().equals(l)));
    c.limitWindowSeconds()
        .ifPresent(w ->
            said(
                "limit per " + w + " s",
                Long.toString(w),
                t ->
                    t.is("limit-window")
                        && t.value().compareTo(BigDecimal.valueOf(w).movePointRight(3)) == 0));
    c.from().ifPresent(f -> said("tenant " + f, f, t -> named(t, Kind.TENANT, f)));
    c.scale().ifPresent(this::scale);
    settings(c.set());
  }

  /** One of several operations has its verb, or a value that says it. */
  private void operation(TaskOperation op) {
    meant(
        "operation " + op.word(),
        op.word(),
        t ->
            (t.is("op") && t.rule().equals(op.word()))
                || switch (op) {
                  case SET_LIMIT ->
                      COUNTS.contains(t.kind()) || t.is("fallback") || t.is(Kind.SETTING);
                  case SCALE_LIMIT -> t.is(Kind.FACTOR) || t.is(Kind.PERCENT);
                  case SET_MODE -> t.is("mode");
                  default -> false;
                });
  }

  private static boolean named(Token token, Kind kind, String name) {
    return token.is(kind) && token.text().equals(name);
  }

  private void who(Who who) {
    wrong(needsWho() && who.equals(Who.NOBODY), "it isn't said for which tenants");
    Stream.concat(who.tenants().stream(), who.except().stream())
        .forEach(t ->
            said(
                "tenant " + t,
                t,
                k -> named(k, Kind.TENANT, t) || (who.except().contains(t) && k.is("except"))));
    who.labels()
        .forEach((key, value) ->
            meant(
                "label " + key + "=" + value, value, t -> named(t, Kind.LABEL, key + "=" + value)));
    boolean implied =
        intent.operation() == TaskOperation.RESOLVE_CONFLICTS
            && tokens.stream().noneMatch(t -> t.is("who"));
    if (who.all() && !implied) {
      said("all tenants", "all", t -> t.is("all") || t.is("others"));
    }
  }

  private void scale(BigDecimal factor) {
    wrong(factor.signum() <= 0, "a factor is more than 0");
    said(
        "factor " + AmountRanges.plain(factor),
        AmountRanges.plain(factor),
        t ->
            switch (t.kind()) {
              case FACTOR -> t.value().compareTo(factor) == 0 || inverse(t.value(), factor);
              case PERCENT -> follows(t.value().movePointLeft(2), factor);
              default -> false;
            });
  }

  static boolean inverse(BigDecimal factor, BigDecimal scale) {
    return factor.multiply(scale).compareTo(BigDecimal.ONE) == 0;
  }

  private static boolean follows(BigDecimal part, BigDecimal scale) {
    return scale.compareTo(BigDecimal.ONE.add(part)) == 0
        || scale.compareTo(BigDecimal.ONE.subtract(part)) == 0
        || scale.compareTo(part) == 0;
  }

  private void settings(Settings set) {
    set.requests()
        .ifPresent(n -> {
          var _ = ranges.requests(BigDecimal.valueOf(n), "a limit");
          number(n + " requests", n);
        });
    set.burst()
        .ifPresent(n -> {
          var _ = ranges.burst(BigDecimal.valueOf(n));
          number("burst " + n, n);
        });
    set.windowSeconds()
        .ifPresent(s -> {
          var _ = ranges.window(BigDecimal.valueOf(s).movePointRight(3));
          span("window " + s + " s", s, BigDecimal.valueOf(s).movePointRight(3));
        });
    set.algorithm()
        .ifPresent(a ->
            meant(
                "algorithm " + a.word(),
                a.word(),
                t ->
                    a.word().equals("concurrency")
                        ? t.is(Kind.PARALLEL)
                        : t.is(Kind.SETTING) && t.rule().equals(a.word())));
    set.mode()
        .ifPresent(m ->
            meant("mode " + m.word(), m.word(), t -> t.is("mode") && t.rule().equals(m.word())));
    set.onBackendFailure()
        .ifPresent(f ->
            said(
                "fallback " + f.word(),
                f.word(),
                t -> t.is("fallback") && t.rule().equals(f.word())));
    set.key()
        .ifPresent(k ->
            k.forEach(part ->
                said(
                    "key " + part.word(),
                    part.word(),
                    t -> t.is("key") && KeyPhrase.of(t).contains(part))));
  }

  private void number(String what, long value) {
    var wanted = BigDecimal.valueOf(value);
    said(
        what,
        Long.toString(value),
        t -> COUNTS.contains(t.kind()) && t.value().compareTo(wanted) == 0);
  }

  /** A length of time, or the unit of a rate. */
  private void span(String what, long value, BigDecimal millis) {
    said(
        what,
        Long.toString(value),
        t ->
            switch (t.kind()) {
              case DURATION, WINDOW, UNIT, PER -> t.value().compareTo(millis) == 0;
              case RATE -> t.window().compareTo(millis) == 0;
              default -> false;
            });
  }

  private void guards(Guards guards) {
    guards
        .approval()
        .ifPresent(a -> {
          if (a == Guards.Approval.MANUAL) {
            meant("approval", "approval", PresenceCheck::waits);
          } else {
            said("approval", "approval", t -> t.is("automatic"));
          }
        });
    if (guards.dryRun()) {
      meant("dry run", "dry run", t -> t.is("dry-run"));
    }
    guards
        .percents()
        .forEach(p -> {
          var _ = ranges.percent(BigDecimal.valueOf(p), "a canary");
          said(
              "canary " + p + " %",
              p.toString(),
              t -> t.is(Kind.PERCENT) && t.value().compareTo(BigDecimal.valueOf(p)) == 0);
        });
    guards
        .bakeSeconds()
        .ifPresent(s -> {
          var _ = ranges.seconds(BigDecimal.valueOf(s).movePointRight(3), "a bake time");
          span("bake " + s + " s", s, BigDecimal.valueOf(s).movePointRight(3));
        });
    guards
        .maxP99Millis()
        .ifPresent(m -> {
          var _ = ranges.millis(BigDecimal.valueOf(m), "a bound on p99");
          span("p99 " + m + " ms", m, BigDecimal.valueOf(m));
        });
  }

  /** More caution than the words is no harm: a word for a yes is enough. */
  private static boolean waits(Token token) {
    return token.is("manual") || (token.is(Kind.WORD) && APPROVAL.matcher(token.text()).matches());
  }

  private void said(String what, String value, Predicate<Token> is) {
    last(is)
        .ifPresentOrElse(
            t -> grounds.add(value, t, t.rule()),
            () -> problems.add(what + " isn't in the request"));
  }

  /** As one of few that there are: people have more words for those than are known. */
  private void meant(String what, String value, Predicate<Token> is) {
    last(is).ifPresentOrElse(t -> grounds.add(value, t, t.rule()), () -> unnamed.add(what));
  }

  private Optional<Token> last(Predicate<Token> is) {
    return tokens.stream().filter(is).reduce((_, b) -> b);
  }

  private void wrong(boolean is, String problem) {
    if (is) {
      problems.add(problem);
    }
  }
}
