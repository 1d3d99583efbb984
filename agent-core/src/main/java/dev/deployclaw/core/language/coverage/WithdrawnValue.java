package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Whether a value is taken back: one of its kind that a reading has stands behind it, and right
 * before that a word that corrects. Pure.
 */
final class WithdrawnValue {
  /** So many words may stand between a word that corrects and the right value. */
  private static final int NEAR = 12;

  private static final Set<String> MARKS = Set.of(",", ".", ":", ";", "!");

  /** What a value may be corrected by. */
  enum Group {
    FIGURE,
    NAME,
    PLACE,
    OTHER;

    static Group of(Token token) {
      return switch (token.kind()) {
        case RATE, COUNT, NUMBER, PARALLEL, PERCENT, FACTOR, BURST, PER, UNIT, WINDOW -> FIGURE;
        case TENANT, LABEL -> NAME;
        case SERVICE -> PLACE;
        case PHRASE -> named(token);
        default -> OTHER;
      };
    }

    private static Group named(Token phrase) {
      boolean place = phrase.is("where") || phrase.each(Kind.SERVICE).findAny().isPresent();
      boolean name =
          phrase.all().anyMatch(t -> t.is("all") || t.is(Kind.TENANT) || t.is(Kind.LABEL));
      return name ? NAME : place ? PLACE : OTHER;
    }
  }

  private final List<Token> typed;
  private final Intent reading;

  /**
   * @param typed the tokens of the request, with those that only tell
   */
  WithdrawnValue(List<Token> typed, Intent reading) {
    this.typed = typed;
    this.reading = reading;
  }

  boolean is(Token value) {
    var group = Group.of(value);
    var before = typed.stream().filter(t -> t.to() <= value.from()).toList();
    if (!before.isEmpty()
        && before.getLast().text().equals("not")
        && before.stream().anyMatch(t -> Group.of(t) == group && isRead(t))) {
      return true;
    }
    for (int i = 0; group != Group.OTHER && i < typed.size(); i++) {
      var token = typed.get(i);
      boolean right =
          token.from() >= value.to()
              && Group.of(token) == group
              && (isRead(token) || sizes(value, token))
              && (group != Group.FIGURE || keepsWindow(value, token))
              && corrects(value, i);
      if (right) {
        return true;
      }
    }
    return false;
  }

  private boolean corrects(Token value, int right) {
    if (right + 1 < typed.size() && typed.get(right + 1).text().equals("instead")) {
      return true;
    }
    for (int i = Math.max(0, right - NEAR); i < right; i++) {
      boolean behind = typed.get(i).from() >= value.to();
      String next = typed.get(i + 1).text();
      boolean no = typed.get(i).text().equals("no") && MARKS.contains(next);
      if (behind
          && (no || CheckWords.is(typed.get(i).text(), "correction"))
          && !CheckWords.is(next, "social")) {
        return true;
      }
    }
    return false;
  }

  /** "30 per second? Correction, per minute." */
  private boolean sizes(Token value, Token window) {
    boolean unit = window.is(Kind.PER) || window.is(Kind.UNIT);
    return unit
        && value.is(Kind.RATE)
        && has(c -> c.set().requests().stream(), value.value())
        && has(c -> c.set().windowSeconds().stream(), window.value().movePointLeft(3));
  }

  /** "40 per minute was a typo, 30 is right": still per minute. */
  private boolean keepsWindow(Token value, Token token) {
    return !value.is(Kind.RATE)
        || !(token.is(Kind.NUMBER) || token.is(Kind.COUNT))
        || has(c -> c.set().windowSeconds().stream(), value.window().movePointLeft(3));
  }

  private boolean isRead(Token token) {
    return switch (token.kind()) {
      case TENANT ->
          reading.changes().stream().anyMatch(c -> c.who().tenants().contains(token.text()));
      case LABEL ->
          reading.changes().stream()
              .anyMatch(c ->
                  c.who().labels().entrySet().stream()
                      .anyMatch(l -> token.text().equals(l.getKey() + "=" + l.getValue())));
      case SERVICE ->
          reading.changes().stream()
              .anyMatch(c -> c.service().filter(token.text()::equals).isPresent());
      case RATE ->
          has(c -> c.set().requests().stream(), token.value())
              && has(c -> c.set().windowSeconds().stream(), token.window().movePointLeft(3));
      case COUNT, NUMBER, PARALLEL -> has(c -> c.set().requests().stream(), token.value());
      case BURST -> has(c -> c.set().burst().stream(), token.value());
      case FACTOR ->
          reading.changes().stream()
              .flatMap(c -> c.scale().stream())
              .anyMatch(s -> s.compareTo(token.value()) == 0);
      default -> false;
    };
  }

  private boolean has(Function<RequestedChange, Stream<Long>> part, BigDecimal value) {
    return reading.changes().stream()
        .flatMap(part)
        .anyMatch(n -> BigDecimal.valueOf(n).compareTo(value) == 0);
  }
}
