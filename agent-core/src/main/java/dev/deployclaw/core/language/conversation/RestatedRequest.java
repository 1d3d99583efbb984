package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.conversation.ReadText.Scene;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An answer that explains something and gives the order again: "that's only the reason. contoso
 * orders 20 rps". What it may mean is suggested, never planned.
 */
record RestatedRequest(Scene scene, SpokenText before, Instant at) {
  private static final Pattern MARK = Pattern.compile("[.,:;!?](?=\\s)");

  private static final int MOST_ENDS = 8;

  /**
   * A whole request: the answer, else the longest end of it behind a mark; none where it fills the
   * slot.
   */
  Optional<String> in(String answer, String slot) {
    var said = scene.read(answer, at).ordering().stream();
    var first = said.flatMap(token -> SlotFamily.of(token).stream()).findFirst();
    boolean fills = first.isPresent() && first.equals(SlotFamily.asked(slot));
    if (fills || new AnswerWords(answer).begins("shell")) {
      return Optional.empty();
    }
    var ends = MARK.matcher(answer).results().map(mark -> mark.end());
    return Stream.concat(Stream.of(0), ends)
        .limit(MOST_ENDS)
        .filter(from -> isExplanation(answer.substring(0, from), answer.substring(from)))
        .map(from -> answer.substring(from).strip())
        .flatMap(end -> request(end).stream())
        .findFirst();
  }

  /** Whether words say of no slot what the rest doesn't say, too. */
  private boolean isExplanation(String words, String rest) {
    var values = scene.read(words, at).typed();
    var said = scene.read(rest, at).typed();
    return Stream.of(SlotFamily.values())
        .allMatch(family -> family.said(said).containsAll(family.said(values)));
  }

  private Optional<String> request(String text) {
    var meant =
        switch (scene.read(text, at).answer()) {
          case Planned _ -> Optional.of(text);
          case NeedsClarification(var questions) -> questions.getFirst().suggestion();
          default -> Optional.<String>empty();
        };
    return meant.filter(request -> !leavesOut(scene.read(request, at)));
  }

  /** Whether a whole request instead of the open one says less of how or when. */
  boolean leavesOut(ReadText instead) {
    var open = scene.read(before.text(), at).ordering();
    var said = instead.ordering();
    boolean untimed = SlotFamily.TIME.said(said).isEmpty();
    return !SlotFamily.GUARD.said(said).containsAll(SlotFamily.GUARD.said(open))
        || (untimed && !SlotFamily.TIME.said(open).isEmpty());
  }
}
