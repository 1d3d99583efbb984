package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.ClarificationQuestion;

/** What a turn comes to beside those before it. */
sealed interface TurnReading {
  /** A request that is whole by itself, or is to be read as one. */
  record Whole(SpokenText text) implements TurnReading {}

  /** It can't be told what it answers. */
  record Unclear(ClarificationQuestion question) implements TurnReading {
    static Unclear of(String text, String what) {
      return new Unclear(
          ClarificationQuestion.of(
              "answer-unclear",
              "words",
              "\"%s\": %s Say the request as a whole.".formatted(text.strip(), what)));
    }
  }

  /** Its requester ends it, or it is refused whatever it answers. */
  record Over(String reason) implements TurnReading {}
}
