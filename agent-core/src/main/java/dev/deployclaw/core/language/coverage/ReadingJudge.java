package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation.Waits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Judges a reading of a request in both directions: the grammar's and a model's alike. Pure. */
public final class ReadingJudge {
  private ReadingJudge() {}

  /**
   * What came of it.
   *
   * @param intent with the spans that were found here, whatever the reader claimed
   * @param invented what the reading says and the request doesn't
   * @param leftOut what the request says, in its words, and the reading doesn't
   * @param unused words that no slot has a use for; a person is shown them
   */
  public record Judgement(
      Intent intent, List<String> invented, List<String> leftOut, List<String> unused) {
    public Judgement {
      invented = List.copyOf(invented);
      leftOut = List.copyOf(leftOut);
      unused = List.copyOf(unused);
    }

    public boolean passes() {
      return invented.isEmpty() && leftOut.isEmpty();
    }
  }

  /**
   * What a reading says that the cited words alone don't.
   *
   * @param cited whether a token is among the words that the reader names as its source
   */
  public static List<String> uncited(
      RequestGrammar grammar, Intent reading, Predicate<Token> cited) {
    return new PresenceCheck(grammar.tokens(), reading, cited).problems();
  }

  /**
   * @param grammar the request, read by our own grammar as far as it goes
   */
  public static Judgement judge(RequestGrammar grammar, Intent reading) {
    var presence = new PresenceCheck(grammar.tokens(), reading);
    var invented = presence.problems();
    var unused = grammar.unused();
    var coverage = new CoverageCheck(grammar, reading);
    var leftOut = new ArrayList<>(coverage.unused());
    leftOut.addAll(unused.binding());
    leftOut.addAll(coverage.cues());
    if (reading.operation().waits() != Waits.ONLY_LOOKS && !reading.guards().dryRun()) {
      leftOut.addAll(grammar.pieces().denied());
    }
    var grounded =
        new Intent(
            reading.operation(),
            reading.target(),
            reading.changes(),
            reading.guards(),
            reading.schedule(),
            presence.grounding());
    return new Judgement(grounded, invented, leftOut.stream().distinct().toList(), unused.plain());
  }
}
