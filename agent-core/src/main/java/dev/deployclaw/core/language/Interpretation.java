package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import java.util.List;
import java.util.Optional;

/** What a request came to: three outcomes, and only three. */
public sealed interface Interpretation {
  /** It means one thing, and every value in it is grounded in the request. */
  record Planned(Intent intent) implements Interpretation {}

  /**
   * It can't be understood without guessing.
   *
   * @param questions the best one first
   * @param about a question about the estate, which a command answers; empty otherwise
   */
  record NeedsClarification(List<ClarificationQuestion> questions, Optional<EstateQuestion> about)
      implements Interpretation {
    public NeedsClarification {
      questions = List.copyOf(questions);
      if (questions.isEmpty()) {
        throw new IllegalArgumentException("a clarification without a question");
      }
    }

    public NeedsClarification(List<ClarificationQuestion> questions) {
      this(questions, Optional.empty());
    }

    /** One of bare texts. */
    public static NeedsClarification of(List<String> texts) {
      return new NeedsClarification(texts.stream().map(ClarificationQuestion::plain).toList());
    }

    public List<String> texts() {
      return questions.stream().map(ClarificationQuestion::text).toList();
    }
  }

  /** It is out of scope, unsafe, invalid, or an attempt to skip checkpoint, audit or approval. */
  record Refused(String reason) implements Interpretation {}
}
