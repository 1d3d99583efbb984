package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Whether each begin, end and length of time is used by a reading. */
final class ScheduleCheck {
  private static final int NEAR = 6;

  private final RequestGrammar grammar;
  private final Intent intent;
  private final List<Token> missed = new ArrayList<>();

  ScheduleCheck(RequestGrammar grammar, Intent intent) {
    this.grammar = grammar;
    this.intent = intent;
  }

  List<Token> missed() {
    var schedule = intent.schedule();
    each("start", t -> same(schedule.startAt(), instant(t, 0)) || ends(t));
    each("until", t -> same(schedule.revertAt(), instant(t, 0)) || begins(t));
    var bake = intent.guards().bakeSeconds().filter(_ -> grammar.pieces().isQuoting());
    var lasting = List.of(schedule.revertAfterSeconds(), bake);
    each(
        "lasting",
        t -> lasting.stream().anyMatch(s -> CoverageCheck.millis(s, CoverageCheck.duration(t))));
    for (String both : List.of("between", "span")) {
      each(
          both,
          t -> same(schedule.startAt(), instant(t, 0)) && same(schedule.revertAt(), instant(t, 1)));
    }
    return missed;
  }

  /** "It closes on Tuesday at 22:00, and then the old limit is back": a bare time of an end. */
  private boolean ends(Token start) {
    boolean bare = start.parts().stream().noneMatch(t -> CheckWords.is(t.text(), "beginning"));
    return bare
        && grammar.pieces().isQuoting()
        && same(intent.schedule().revertAt(), instant(start, 0))
        && (intent.schedule().startAt().isPresent() || restores(grammar));
  }

  /** "Not until Wednesday at 07:00". */
  private boolean begins(Token until) {
    var before = grammar.pieces().typed().stream().filter(t -> t.to() <= until.from()).toList();
    return grammar.pieces().isQuoting()
        && same(intent.schedule().startAt(), instant(until, 0))
        && before.stream()
            .skip(Math.max(0, before.size() - NEAR))
            .anyMatch(t -> t.text().endsWith("n't") || t.text().equals("not"));
  }

  /** Whether something is to be as it was before. */
  static boolean restores(RequestGrammar grammar) {
    return grammar.pieces().cues().stream().anyMatch(c -> c.kind() == BindingCue.Kind.RESTORE);
  }

  private void each(String phrase, Predicate<Token> used) {
    grammar.tokens().stream().filter(t -> t.is(phrase) && !used.test(t)).forEach(missed::add);
  }

  private static String instant(Token token, int index) {
    return token.each(Kind.INSTANT).skip(index).findFirst().map(Token::text).orElse("");
  }

  static boolean same(Optional<String> read, String written) {
    Function<String, Object> at = text -> OffsetDateTime.parse(text).toInstant();
    return read.isPresent() && !written.isEmpty() && at.apply(read.get()).equals(at.apply(written));
  }
}
