package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.ReadingLoss;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which words that bind an order a reading doesn't say. Pure. */
final class CueCheck {
  /** Words that a corrected value accounts for. */
  private static final Set<BindingCue.Kind> TAKEN_BACK =
      Set.of(BindingCue.Kind.CORRECTION, BindingCue.Kind.MISTAKE, BindingCue.Kind.EXCEPTION);

  /** What an approval, in the same sentence, says once more: "it mustn't go live before …". */
  private static final Set<BindingCue.Kind> AWAITED =
      Set.of(BindingCue.Kind.CONDITION, BindingCue.Kind.DENIAL, BindingCue.Kind.LATER);

  /** What changes no value of a limit. */
  private static final Set<TaskOperation> LIMITLESS =
      Set.of(TaskOperation.BLOCK, TaskOperation.UNBLOCK, TaskOperation.SET_MODE);

  private static final Set<BindingCue.Kind> SPARING =
      Set.of(BindingCue.Kind.DENIAL, BindingCue.Kind.EXCEPTION, BindingCue.Kind.NOTHING);

  private static final Pattern ENDLESS =
      Pattern.compile(
          "(?i)\\bno end date\\b[^.;]*?,? (?:i|we)(?:'ll| will) (?:open|file|write|send|ask|come back)\\b");

  private final RequestGrammar grammar;
  private final Intent intent;

  CueCheck(RequestGrammar grammar, Intent intent) {
    this.grammar = grammar;
    this.intent = intent;
  }

  /** The gravest of what is unsaid. */
  ReadingLoss loss(boolean corrected) {
    return unsaid(corrected).map(this::loss).reduce(ReadingLoss.NONE, ReadingLoss::with);
  }

  private ReadingLoss loss(BindingCue cue) {
    return switch (cue.kind()) {
      case CONDITION, LATER, APPROVAL -> ReadingLoss.CONDITION;
      case SOCIAL, NOW, RELEASE, RESTORE, WIDENING, FALLBACK -> ReadingLoss.PART;
      case DOUBT -> isGuess(cue) ? ReadingLoss.ASIDE : ReadingLoss.ORDER;
      case EXCEPTION, DENIAL, NOTHING, CORRECTION, MISTAKE, ALIKE, SHARE -> ReadingLoss.ORDER;
    };
  }

  /** "Probably Tuesday", where nothing is denied. */
  private boolean isGuess(BindingCue cue) {
    var words = grammar.pieces().around(cue);
    String said = grammar.pieces().text().substring(cue.from(), cue.to()).toLowerCase(Locale.ROOT);
    return CheckWords.is(said, "guess") && grammar.pieces().leftOut().isApart(words);
  }

  /**
   * @param corrected whether a value of the reading corrects another one
   */
  Stream<BindingCue> unsaid(boolean corrected) {
    return grammar.pieces().cues().stream()
        .filter(cue -> !isIn(cue) && !(corrected && TAKEN_BACK.contains(cue.kind())))
        .filter(cue -> !isAwaited(cue) && !isElsewhere(cue) && !isGuarded(cue) && !isOpen(cue))
        .filter(cue -> !isSequel(cue) && !isKept(cue))
        .filter(cue -> !isAlso(cue) && !isTakenBack(cue) && !isTried(cue));
  }

  /** "Their limits stay as they are", beside what changes none. */
  private boolean isKept(BindingCue cue) {
    return cue.kind() == BindingCue.Kind.EXCEPTION
        && intent.operations().stream().allMatch(LIMITLESS::contains)
        && grammar.pieces().clause(cue).stream().anyMatch(t -> CheckWords.is(t.text(), "limits"))
        && names(grammar.pieces().clause(cue)).isEmpty();
  }

  /** "After that", behind what the change begins with. */
  private boolean isSequel(BindingCue cue) {
    return behind(cue).stream().skip(1).limit(1).anyMatch(t -> t.text().equals("that"))
        && grammar.tokens().stream()
            .anyMatch(
                t -> t.is("op") && t.to() <= cue.from() && grammar.isBegun(t, intent.operation()));
  }

  /** "Until it is fixed", with "no end date yet, I'll ask again": nothing ends it by itself. */
  private boolean isOpen(BindingCue cue) {
    String text = grammar.pieces().text();
    return cue.kind() == BindingCue.Kind.CONDITION
        && text.substring(cue.from(), cue.to()).toLowerCase(Locale.ROOT).startsWith("until")
        && !intent.schedule().ends()
        && ENDLESS.matcher(text).find();
  }

  /** Whether such words leave a name alone, as the reading does. */
  boolean spares(Token name) {
    return grammar.pieces().cues().stream()
        .anyMatch(c -> isElsewhere(c) && grammar.pieces().named(c).contains(name));
  }

  /** The names that such words leave alone. */
  Set<String> spared() {
    return grammar.pieces().typed().stream()
        .filter(t -> t.is(Kind.TENANT) && spares(t))
        .map(Token::text)
        .collect(Collectors.toSet());
  }

  /** "Then the rest" widens a canary; "then acme" is more than that. */
  private boolean isIn(BindingCue cue) {
    boolean named =
        cue.kind() == BindingCue.Kind.WIDENING
            && names(behind(cue)).stream().anyMatch(n -> n.to() <= cue.to());
    return !named && cue.kind().isIn(intent);
  }

  private boolean isAwaited(BindingCue cue) {
    var sentence = grammar.pieces().around(cue);
    return intent.guards().manual()
        && AWAITED.contains(cue.kind())
        && !sentence.isEmpty()
        && grammar.tokens().stream()
            .filter(t -> t.is("manual"))
            .anyMatch(
                t -> sentence.getFirst().from() <= t.from() && t.to() <= sentence.getLast().to());
  }

  /** Of a guard that the reading has: "once it has baked for ten minutes"; "…, back it out". */
  private boolean isGuarded(BindingCue cue) {
    var guards = intent.guards();
    return switch (cue.kind()) {
      case CONDITION -> lasts(behind(cue), m -> CoverageCheck.millis(guards.bakeSeconds(), m));
      case RESTORE ->
          lasts(grammar.pieces().around(cue), m -> CoverageCheck.is(guards.maxP99Millis(), m));
      default -> false;
    };
  }

  /** "The same for payments", where the reading has the same for that. */
  private boolean isAlso(BindingCue cue) {
    var names = names(behind(cue));
    return cue.kind() == BindingCue.Kind.ALIKE
        && !names.isEmpty()
        && names.stream().allMatch(n -> changed(n).anyMatch(c -> isLike(c, n)));
  }

  private boolean isLike(RequestedChange change, Token name) {
    return change.who().tenants().size() > 1
        || intent.changes().stream()
            .filter(other -> !other.equals(change))
            .anyMatch(other ->
                other.set().equals(change.set())
                    && other.scale().equals(change.scale())
                    && (name.is(Kind.TENANT) || other.who().equals(change.who())));
  }

  /** A mistake behind a name that the reading leaves alone, as the request says. */
  private boolean isTakenBack(BindingCue cue) {
    return (cue.kind() == BindingCue.Kind.CORRECTION || cue.kind() == BindingCue.Kind.MISTAKE)
        && names(grammar.pieces().typed()).stream()
            .anyMatch(n -> n.to() <= cue.from() && changed(n).findAny().isEmpty() && spares(n));
  }

  private Stream<RequestedChange> changed(Token name) {
    return intent.changes().stream()
        .filter(c ->
            name.is(Kind.TENANT)
                ? c.who().tenants().contains(name.text())
                : c.service().equals(Optional.of(name.text())));
  }

  private static List<Token> names(List<Token> tokens) {
    return tokens.stream().filter(t -> t.is(Kind.TENANT) || t.is(Kind.SERVICE)).toList();
  }

  private List<Token> behind(BindingCue cue) {
    return grammar.pieces().clause(cue).stream().filter(t -> t.from() >= cue.from()).toList();
  }

  private static boolean lasts(List<Token> words, Predicate<BigDecimal> millis) {
    return words.stream().filter(t -> t.is(Kind.DURATION)).map(Token::value).anyMatch(millis);
  }

  /** "I don't want this live yet", beside a dry run. */
  private boolean isTried(BindingCue cue) {
    return cue.kind() == BindingCue.Kind.DENIAL
        && intent.guards().dryRun()
        && behind(cue).stream().anyMatch(t -> t.text().equals("live"));
  }

  /** "Northwind itself stays untouched", where the reading leaves it alone. */
  private boolean isElsewhere(BindingCue cue) {
    var names = grammar.pieces().named(cue);
    var tenants = names.stream().filter(t -> t.is(Kind.TENANT)).toList();
    return SPARING.contains(cue.kind())
        && !names.isEmpty()
        && !intent.changes().isEmpty()
        && (tenants.isEmpty() ? names : tenants)
            .stream().noneMatch(n -> intent.changes().stream().anyMatch(c -> touches(c, n)));
  }

  private static boolean touches(RequestedChange change, Token name) {
    var who = change.who();
    return switch (name.kind()) {
      case TENANT ->
          who.tenants().isEmpty()
              ? !who.except().contains(name.text())
              : who.tenants().contains(name.text());
      case SERVICE -> change.service().filter(s -> !s.equals(name.text())).isEmpty();
      default -> true;
    };
  }
}
