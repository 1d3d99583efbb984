package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.grammar.LeftOutClauses;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.value.ReadingLoss;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation.Waits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Judges a reading of a request in both directions: the grammar's and a model's alike. Pure. */
public final class ReadingJudge {
  private ReadingJudge() {}

  /**
   * What came of it.
   *
   * @param intent with the spans that were found here, whatever the reader claimed
   * @param invented what the reading says and the request doesn't
   * @param unnamed what the reading says by a word of ours and the request by none that is known
   * @param leftOut what the request says, in its words, and the reading doesn't
   * @param shown that with what is around it, for a person, but for
   * @param denied clauses that are surely no order, and that it reads as one
   * @param loss the gravest of that
   * @param unused words that no slot has a use for; a person is shown them
   */
  public record Judgement(
      Intent intent,
      List<String> invented,
      List<String> unnamed,
      List<String> leftOut,
      List<String> shown,
      List<String> denied,
      ReadingLoss loss,
      List<String> unused) {
    public Judgement {
      invented = List.copyOf(invented);
      unnamed = List.copyOf(unnamed);
      leftOut = List.copyOf(leftOut);
      shown = List.copyOf(shown);
      denied = List.copyOf(denied);
      unused = List.copyOf(unused);
    }

    /** The same with all that it invents. */
    public Judgement inventing(List<String> all) {
      return new Judgement(intent, all, unnamed, leftOut, shown, denied, loss, unused);
    }

    /** What speaks against it, for a reader that may read again. */
    public List<String> problems() {
      return Stream.of(
              invented.stream(),
              unnamed.stream().map(ReadingJudge::missing),
              leftOut.stream().map(w -> "you left out: " + w))
          .flatMap(all -> all)
          .toList();
    }

    public boolean passes() {
      return problems().isEmpty();
    }
  }

  /** A problem in words that a reader can act on. */
  public static String missing(String what) {
    return what + " isn't in the request";
  }

  /**
   * What a reading says that the cited words alone don't.
   *
   * @param cited whether a token is among the words that the reader names as its source
   */
  public static List<String> uncited(
      RequestGrammar grammar, Intent reading, Predicate<Token> cited) {
    var presence = new PresenceCheck(grammar.tokens(), reading, cited);
    return Stream.concat(
            presence.problems().stream(), presence.unnamed().stream().map(ReadingJudge::missing))
        .toList();
  }

  private static ReadingLoss loss(
      LeftOutClauses clauses, ReadingLoss loss, List<String> leftOut, List<String> denied) {
    var turned = loss == ReadingLoss.PART ? clauses.turned(leftOut) : ReadingLoss.NONE;
    return loss.with(turned).with(clauses.denying(denied));
  }

  /**
   * @param grammar the request, read by our own grammar as far as it goes
   */
  public static Judgement judge(RequestGrammar grammar, Intent reading) {
    var presence = new PresenceCheck(grammar.tokens(), reading);
    var invented = presence.problems();
    var unused = grammar.unused();
    var coverage = new CoverageCheck(grammar, reading);
    var values = coverage.unused();
    var leftOut = new ArrayList<>(values);
    leftOut.addAll(unused.binding());
    leftOut.addAll(coverage.cues());
    var clauses = grammar.pieces().leftOut();
    leftOut.addAll(clauses.remarks());
    boolean acts = reading.operation().waits() != Waits.ONLY_LOOKS && !reading.guards().dryRun();
    var unasked = grammar.pieces().denied();
    var denied = acts ? unasked : List.<String>of();
    var grounded = reading.grounded(presence.grounding());
    var left = Stream.concat(leftOut.stream(), denied.stream()).distinct().toList();
    return new Judgement(
        grounded,
        invented,
        presence.unnamed(),
        left,
        clauses.shown(
            leftOut,
            t ->
                grounded.grounding().stream()
                    .anyMatch(g -> g.from() < t.to() && t.from() < g.to())),
        denied,
        loss(clauses, coverage.loss(), leftOut, unasked),
        unused.plain());
  }
}
