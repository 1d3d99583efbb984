package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.conversation.ReadText.Scene;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An answer that explains something and gives the order again: "that's only the reason. contoso
 * orders 20 rps". What it may mean is suggested, never planned.
 *
 * @param open the request before it
 */
record RestatedRequest(Scene scene, ReadText open, Instant at) {
  private static final Pattern MARK = Pattern.compile("[.,:;!?](?=\\s)");
  private static final int MOST_ENDS = 8;

  /**
   * A whole request: the answer, else the longest end of it behind a mark. Where the answer begins
   * with a value for the open slot, it is about the open request: "per minute, and block acme".
   */
  Optional<TurnReading> in(String answer, String slot) {
    if (new AnswerWords(answer).begins("shell")) {
      return Optional.empty();
    }
    var first =
        scene.typed(answer, at).stream()
            .map(t -> t.is(Kind.UNIT) ? Optional.of(SlotFamily.WHAT) : SlotFamily.of(t))
            .flatMap(Optional::stream)
            .findFirst();
    boolean fills = first.isPresent() && first.equals(SlotFamily.asked(slot));
    var ends = MARK.matcher(answer).results().map(mark -> mark.end());
    return Stream.concat(Stream.of(0), ends)
        .limit(MOST_ENDS)
        .filter(
            from -> says(answer.substring(from), answer.substring(0, from), SlotFamily.values()))
        .filter(from ->
            !fills || says(answer.substring(from), open.text(), SlotFamily.WHO, SlotFamily.WHERE))
        .map(from -> answer.substring(from).strip())
        .flatMap(end -> request(end).stream())
        .findFirst()
        .map(end -> TurnReading.Unclear.restated(end, untold(scene.read(end, at))));
  }

  /** Whether a text has each value for such slots that other words have. */
  private boolean says(String text, String words, SlotFamily... slots) {
    var values = scene.typed(words, at);
    var said = scene.typed(text, at);
    return Stream.of(slots).allMatch(slot -> slot.said(said).containsAll(slot.said(values)));
  }

  private Optional<String> request(String text) {
    var meant =
        switch (scene.read(text, at).answer()) {
          case Planned _ -> Optional.of(text);
          case NeedsClarification(var questions) -> questions.getFirst().suggestion();
          default -> Optional.<String>empty();
        };
    return meant.filter(request -> !isUnguarded(scene.read(request, at)));
  }

  /** Whether a whole request instead of the open one has less guards. */
  boolean isUnguarded(ReadText instead) {
    var guards = SlotFamily.GUARD.said(open.ordering());
    return !SlotFamily.GUARD.said(instead.ordering()).containsAll(guards);
  }

  /** Words of the open request that say when, where one instead of it doesn't say that. */
  List<String> untold(ReadText instead) {
    return SlotFamily.TIME.said(instead.ordering()).isEmpty()
        ? open.ordering().stream()
            .filter(t -> SlotFamily.of(t).filter(SlotFamily.TIME::equals).isPresent())
            .map(t -> open.text().substring(t.from(), t.to()))
            .distinct()
            .toList()
        : List.of();
  }
}
