package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.KeyPhrase;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.time.TimeReader;
import dev.deployclaw.core.language.value.ReadingLoss;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Whether each typed token that orders is used by a reading: operation and direction, rates as
 * pairs, who and where together with what, guards, times and exceptions. One object judges one
 * reading.
 */
final class CoverageCheck {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
  private static final String NEW_LIMIT = "the new limit";
  private static final String FACTOR = "the factor";
  private static final Set<String> VALUES = Set.of(NEW_LIMIT, FACTOR);
  private static final Set<TaskOperation> VALUED =
      Set.of(TaskOperation.SET_LIMIT, TaskOperation.SCALE_LIMIT);

  /** Phrases that name a place, a limit or a mode. */
  private static final Set<String> PARTS =
      Set.of("where", "named-limit", "limit-window", "by-amount", "mode");

  private static final Set<Kind> AMOUNTS = Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.BURST);

  private final RequestGrammar grammar;
  private final String text;
  private final List<Token> tokens;
  private final Intent intent;
  private final CueCheck cues;
  private final List<Token> missed = new ArrayList<>();
  private final Set<String> unused = new LinkedHashSet<>();
  private boolean corrected;

  CoverageCheck(RequestGrammar grammar, Intent intent) {
    this.grammar = grammar;
    this.text = grammar.pieces().text();
    this.tokens = grammar.tokens();
    this.intent = intent;
    this.cues = new CueCheck(grammar, intent);
  }

  /** What the reading leaves out or turns around, in the words of the request. */
  List<String> unused() {
    tokens.forEach(this::token);
    operation();
    guards();
    missed.addAll(new ScheduleCheck(grammar, intent).missed());
    corrected = isCorrected();
    unused.addAll(CopyDirection.turned(grammar, intent));
    if (!corrected) {
      unused.addAll(SpokenPairs.apart(grammar, intent, cues.spared()));
      missed.forEach(t -> unused.add(text.substring(t.from(), t.to())));
    }
    return List.copyOf(unused);
  }

  /** Words that bind the order, and that the reading doesn't say. */
  List<String> cues() {
    return cues.unsaid(corrected).map(cue -> text.substring(cue.from(), cue.to())).toList();
  }

  /** What of the order such words, and those of {@link #unused}, are. */
  ReadingLoss loss() {
    boolean valued = intent.operations().stream().anyMatch(VALUED::contains);
    var words = missed.stream().map(t -> text.substring(t.from(), t.to())).toList();
    boolean known =
        unused.stream().allMatch(w -> (valued && VALUES.contains(w)) || words.contains(w));
    var ofWords =
        missed.stream()
            .map(this::lossOf)
            .reduce(known ? ReadingLoss.PART : ReadingLoss.ORDER, ReadingLoss::with);
    return unused.isEmpty() ? cues.loss(corrected) : ofWords.with(cues.loss(corrected));
  }

  private ReadingLoss lossOf(Token missed) {
    if (isPart(missed)) {
      return ReadingLoss.PART;
    }
    boolean day = missed.is(Kind.PHRASE) && missed.text().equals("asked-time");
    return day && grammar.pieces().isBeside(missed) ? ReadingLoss.ASIDE : ReadingLoss.ORDER;
  }

  /** Whether all changes are of tenants by name. */
  private boolean names() {
    return !intent.changes().isEmpty()
        && intent.changes().stream().noneMatch(c -> c.who().tenants().isEmpty());
  }

  /** Whether what is missed names another thing, and turns, ends and guards nothing. */
  private boolean isPart(Token token) {
    return switch (token.kind()) {
      case TENANT -> names();
      case PHRASE -> PARTS.contains(token.text());
      case INSTANT, DATE, CLOCK, TIME ->
          token.all().anyMatch(t -> t.rule().equals(TimeReader.PASSED));
      case FACTOR, PERCENT, DURATION, EXECUTION -> false;
      default -> true;
    };
  }

  private void need(boolean used, Token token) {
    if (!used) {
      missed.add(token);
    }
  }

  /** All that is missed is of one kind, and corrected by what the reading has. */
  private boolean isCorrected() {
    var withdrawn = new WithdrawnValue(grammar.pieces().typed(), intent);
    return grammar.pieces().isQuoting()
        && missed.stream().map(WithdrawnValue.Group::of).distinct().count() == 1
        && missed.stream().allMatch(withdrawn::is);
  }

  private void token(Token token) {
    switch (token.kind()) {
      case RATE ->
          need(
              set(s ->
                  is(s.requests(), token.value()) && millis(s.windowSeconds(), token.window())),
              token);
      case COUNT -> need(set(s -> is(s.requests(), token.value())), token);
      case PARALLEL ->
          need(set(s -> is(s.requests(), token.value()) && s.algorithm().isPresent()), token);
      case BURST -> need(set(s -> is(s.burst(), token.value())), token);
      case WINDOW -> need(set(s -> millis(s.windowSeconds(), token.value())), token);
      case SETTING ->
          need(
              set(s -> s.algorithm().filter(a -> a.word().equals(token.rule())).isPresent()),
              token);
      case ROUTE -> need(change(c -> c.route().equals(Optional.of(token.text()))), token);
      case METHOD -> need(change(c -> c.method().equals(Optional.of(token.text()))), token);
      case FACTOR, PERCENT ->
          need(
              change(c -> c.scale().filter(s -> factor(token, s)).isPresent()) || shares(token),
              token);
      case EXECUTION -> need(intent.target().equals(Optional.of(token.text())), token);
      case NUMBER ->
          need(set(s -> is(s.requests(), token.value()) || is(s.burst(), token.value())), token);
      case PHRASE -> phrase(token);
      case WORD, UNKNOWN, REFERENCE, ZONE, UNIT, PER -> {}
      case TENANT, SERVICE, LABEL, HEADER, LIMIT, INSTANT, DATE, CLOCK, TIME, DURATION ->
          need(!grammar.pieces().isQuoting() || beside(token), token);
    }
  }

  /** Whether a value in words that the grammar doesn't join is one of the reading. */
  private boolean beside(Token value) {
    var schedule = intent.schedule();
    var guards = intent.guards();
    return switch (value.kind()) {
      case TENANT -> intent.names(value.text());
      case SERVICE -> change(c -> c.service().equals(Optional.of(value.text())));
      case INSTANT ->
          ScheduleCheck.same(schedule.startAt(), value.text())
              || ScheduleCheck.same(schedule.revertAt(), value.text());
      case DURATION ->
          millis(guards.bakeSeconds(), value.value())
              || millis(schedule.revertAfterSeconds(), value.value())
              || is(schedule.spanMillis(), value.value())
              || is(guards.maxP99Millis(), value.value());
      default -> false;
    };
  }

  private void phrase(Token token) {
    switch (token.text()) {
      case "who" -> token.parts().forEach(part -> whom(part, part.is("except")));
      case "except", "spare" -> whom(token, true);
      case "where" -> {
        need(!token.rule().equals(RequestGrammar.OPEN), token);
        token
            .each(Kind.SERVICE)
            .forEach(s ->
                need(change(c -> c.service().equals(Optional.of(s.text()))) || cues.spares(s), s));
      }
      case "named-limit" -> {
        var name = Optional.of(token.parts().getLast().text());
        need(change(c -> c.limit().equals(name)), token);
      }
      case "limit-window" ->
          need(change(c -> millis(c.limitWindowSeconds(), token.value())), token);
      case "key" -> need(set(s -> s.key().equals(Optional.of(KeyPhrase.of(token)))), token);
      case "pool" -> need(false, token);
      case "by-amount" -> need(!token.parts().getFirst().text().equals("by"), token);
      case "overall" -> need(SpokenPairs.isOverall(intent), token);
      case "mode" ->
          need(set(s -> s.mode().filter(m -> m.word().equals(token.rule())).isPresent()), token);
      case "fallback" ->
          need(
              set(s -> s.onBackendFailure().filter(f -> f.word().equals(token.rule())).isPresent()),
              token);
      case "to-percent" -> {
        var percent =
            token.parts().stream().filter(t -> t.is(Kind.PERCENT)).findFirst().orElseThrow();
        var scale = percent.value().divide(HUNDRED);
        need(
            change(c -> c.scale().filter(s -> s.compareTo(scale) == 0).isPresent())
                || shares(percent),
            token);
      }
      case "asked-time" -> need(!grammar.pieces().isQuoting() || isAgain(token), token);
      case "per-key", "temporarily" -> need(!grammar.pieces().isQuoting(), token);
      case "last" -> need(intent.target().equals(Optional.of("last")), token);
      case "op" -> need(does(token.rule()) || looksOnly(token), token);
      default -> {}
    }
  }

  /** A day alone, whose clocks are said elsewhere: "on Tuesday. From 06:00 to 18:00 that day". */
  private boolean isAgain(Token day) {
    var words = day.each(Kind.TIME).flatMap(Token::all).filter(t -> t.parts().isEmpty());
    var said = words.map(Token::text).toList();
    return !said.isEmpty()
        && tokens.stream()
            .flatMap(t -> t.each(Kind.INSTANT))
            .anyMatch(i -> i.all().map(Token::text).toList().containsAll(said));
  }

  /**
   * What a change begins with, a look or a snapshot; the rollback that a bound on p99 ends with.
   */
  private boolean looksOnly(Token token) {
    return switch (token.rule()) {
      case "check-drift" -> intent.operation() == TaskOperation.REPAIR_DRIFT;
      case "rollback" -> grammar.pieces().isQuoting() && intent.guards().maxP99Millis().isPresent();
      case "snapshot", "validate" -> grammar.isBegun(token, intent.operation());
      default -> false;
    };
  }

  private void whom(Token token, boolean out) {
    var whose = intent.changes().stream().map(RequestedChange::who).toList();
    boolean open = whose.stream().anyMatch(w -> w.tenants().isEmpty());
    token
        .each(Kind.TENANT)
        .forEach(t -> {
          boolean left = whose.stream().anyMatch(w -> w.except().contains(t.text()));
          boolean named =
              change(c ->
                  c.who().tenants().contains(t.text()) || c.from().equals(Optional.of(t.text())));
          boolean changed = change(c -> c.who().tenants().contains(t.text()));
          boolean spared = !(grammar.pieces().isQuoting() ? changed : named) && !open;
          need(
              out
                  ? left || spared || token.each(Kind.SERVICE).findAny().isPresent()
                  : named || left || cues.spares(t),
              t);
        });
    if (!out) {
      token
          .each(Kind.LABEL)
          .forEach(l -> {
            var pair = l.text().split("=", 2);
            need(whose.stream().anyMatch(w -> pair[1].equals(w.labels().get(pair[0]))), l);
          });
      boolean all = token.all().anyMatch(t -> t.is("all") || t.is("others"));
      need(
          !all || whose.isEmpty() || whose.stream().anyMatch(w -> w.all() || !w.labels().isEmpty()),
          token);
    }
  }

  /** Values are set; a verb of another operation isn't; more is more. */
  private void operation() {
    var named = tokens.stream().filter(t -> t.is("op")).map(Token::rule).toList();
    boolean values = tokens.stream().anyMatch(t -> AMOUNTS.contains(t.kind()));
    boolean scales =
        tokens.stream()
            .anyMatch(
                t -> t.is(Kind.FACTOR) || (t.is(Kind.PERCENT) && !shares(t)) || t.is("to-percent"));
    var done = intent.operations();
    if (values && !done.contains(TaskOperation.SET_LIMIT)) {
      unused.add(NEW_LIMIT);
    }
    if (scales && !values && !done.contains(TaskOperation.SCALE_LIMIT)) {
      unused.add(FACTOR);
    }
    boolean invented =
        !named.isEmpty()
            && !done.stream()
                .allMatch(
                    o -> named.contains(o.word()) || isValued(o, values) || restores(o, named));
    if (invented) {
      unused.add(named.getFirst());
    }
  }

  /** What is set or scaled needs no verb of its own beside the verb of another operation. */
  private boolean isValued(TaskOperation operation, boolean values) {
    return intent.operations().size() > 1
        && switch (operation) {
          case SET_LIMIT -> values || tokens.stream().anyMatch(t -> t.is("fallback"));
          case SCALE_LIMIT -> true;
          case SET_MODE -> tokens.stream().anyMatch(t -> t.is("mode"));
          default -> false;
        };
  }

  /** "It has drifted, bring it back": a repair begins with the look that is named. */
  private boolean restores(TaskOperation operation, List<String> named) {
    return operation == TaskOperation.REPAIR_DRIFT
        && named.contains(TaskOperation.CHECK_DRIFT.word())
        && ScheduleCheck.restores(grammar);
  }

  /** "10 percent of the fleet first", in words that the grammar doesn't join. */
  private boolean shares(Token percent) {
    return grammar.pieces().isQuoting()
        && percent.is(Kind.PERCENT)
        && intent.guards().percents().stream()
            .anyMatch(p -> BigDecimal.valueOf(p).compareTo(percent.value()) == 0);
  }

  private boolean does(String word) {
    return intent.operations().stream().anyMatch(o -> o.word().equals(word));
  }

  private boolean factor(Token token, BigDecimal scale) {
    boolean up = tokens.stream().anyMatch(t -> t.is("up"));
    boolean down = tokens.stream().anyMatch(t -> t.is("down"));
    var part = token.value().movePointLeft(2);
    if (token.is(Kind.PERCENT)) {
      boolean more = scale.compareTo(BigDecimal.ONE.add(part)) == 0;
      boolean less = scale.compareTo(BigDecimal.ONE.subtract(part)) == 0;
      return (more && (up || !down)) || (less && down);
    }
    boolean against = down && !up && scale.compareTo(BigDecimal.ONE) > 0;
    return (token.value().compareTo(scale) == 0 && !against)
        || (down && PresenceCheck.inverse(token.value(), scale));
  }

  private void guards() {
    var guards = intent.guards();
    each("manual", t -> need(guards.manual(), t));
    each("automatic", t -> need(guards.approval().isPresent(), t));
    each("dry-run", t -> need(guards.dryRun(), t));
    each("bake", t -> need(millis(guards.bakeSeconds(), duration(t)), t));
    each("p99", t -> need(is(guards.maxP99Millis(), duration(t)), t));
    var steps = tokens.stream().filter(t -> t.is("canary") || t.is("widen")).toList();
    var percents =
        new ArrayList<>(
            steps.stream()
                .flatMap(t -> t.each(Kind.PERCENT))
                .map(p -> p.value().intValue())
                .toList());
    if (percents.size() > 1 && percents.getLast() == HUNDRED.intValue()) {
      percents.removeLast();
    }
    boolean said = grammar.pieces().isQuoting() && guards.percents().containsAll(percents);
    steps.stream().limit(1).forEach(t -> need(said || guards.percents().equals(percents), t));
  }

  private void each(String phrase, Consumer<Token> then) {
    tokens.stream().filter(t -> t.is(phrase)).forEach(then);
  }

  private boolean change(Predicate<RequestedChange> is) {
    return intent.changes().stream().anyMatch(is);
  }

  private boolean set(Predicate<Settings> is) {
    return change(c -> is.test(c.set()));
  }

  static boolean is(Optional<Long> number, BigDecimal value) {
    return number.filter(n -> BigDecimal.valueOf(n).compareTo(value) == 0).isPresent();
  }

  static boolean millis(Optional<Long> seconds, BigDecimal millis) {
    return is(seconds, millis.movePointLeft(3));
  }

  static BigDecimal duration(Token token) {
    return token.each(Kind.DURATION).map(Token::value).findFirst().orElse(BigDecimal.ZERO);
  }
}
