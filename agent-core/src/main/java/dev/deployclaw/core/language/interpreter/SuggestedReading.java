package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.coverage.ReadingJudge.Judgement;
import dev.deployclaw.core.task.Intent;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A reading that isn't of all that a request says, as a question with our sentence for it. */
final class SuggestedReading {
  /** Characters of a question: what is left out is shown as a whole, or not at all. */
  private static final int LONGEST = 2000;

  private SuggestedReading() {}

  /** Asks about what a reading adds to a request, and what it leaves out. */
  static String asking(Judgement judged) {
    String named = String.join("\", \"", judged.unnamed());
    String adds =
        named.isEmpty() ? "" : "Do you mean \"" + named + "\"? I don't find it in your words. ";
    String told = String.join("\", \"", judged.denied());
    String done = told.isEmpty() ? "" : "\"" + told + "\": should I do that? ";
    boolean whole = judged.leftOut().size() == judged.denied().size();
    return (adds + done + (whole ? "" : leaving(judged.shown()))).strip();
  }

  /** Asks whether words may be left out. */
  static String leaving(List<String> words) {
    String all = String.join("\", \"", words);
    return words.isEmpty() ? "Is that all of it?" : "May I leave out \"" + all + "\"?";
  }

  /**
   * Empty where the sentence doesn't read as the same.
   *
   * @param asks what is to be said yes to
   * @param grammar reads a sentence
   */
  static Optional<ClarificationQuestion> of(
      Intent reading, String asks, Function<String, Interpretation> grammar) {
    String sentence = IntentSentence.of(reading);
    return asks.length() <= LONGEST
            && grammar.apply(sentence) instanceof Planned(Intent read)
            && CheckedInterpreter.same(read, reading)
        ? Optional.of(
            ClarificationQuestion.of("left-out", "words", asks).suggesting(Optional.of(sentence)))
        : Optional.empty();
  }
}
