package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.ClarificationQuestion;
import java.util.List;
import java.util.Optional;

/** What a turn means after those before it. */
sealed interface TurnReading {
  /** A request that is whole by itself, or is to be read as one. */
  record Whole(SpokenText text) implements TurnReading {}

  /** It isn't clear what it answers. */
  record Unclear(ClarificationQuestion question) implements TurnReading {
    private static final int LONGEST_QUOTE = 80;

    static Unclear of(String text, String what) {
      String whole = text.strip();
      String quote =
          whole.length() <= LONGEST_QUOTE ? whole : whole.substring(0, LONGEST_QUOTE) + "…";
      return new Unclear(
          ClarificationQuestion.of(
              "answer-unclear",
              "words",
              "\"%s\": %s Say the request as a whole.".formatted(quote, what)));
    }

    /**
     * It holds a whole request, which may be meant.
     *
     * @param times of the request before that it doesn't say
     */
    static Unclear restated(String request, List<String> times) {
      String without = "without \"" + String.join("\", \"", times) + "\"";
      String asks =
          "Do you mean only this, %s?"
              .formatted(times.isEmpty() ? "and nothing else of what you said before" : without);
      return new Unclear(
          ClarificationQuestion.of("restated", "words", asks).suggesting(Optional.of(request)));
    }
  }

  /** Its requester ends it, or it is refused whatever it answers. */
  record Over(String reason) implements TurnReading {}
}
