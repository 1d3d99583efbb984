package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import java.util.List;

/** How a request was understood: one of four outcomes. */
public sealed interface Interpretation {
  /** It means one thing, and every value in it is grounded in the request. */
  record Planned(Intent intent) implements Interpretation {}

  /**
   * It can't be understood without guessing.
   *
   * @param questions the best one first
   */
  record NeedsClarification(List<ClarificationQuestion> questions) implements Interpretation {
    public NeedsClarification {
      questions = List.copyOf(questions);
      if (questions.isEmpty()) {
        throw new IllegalArgumentException("a clarification without a question");
      }
    }

    /** One of bare texts. */
    public static NeedsClarification of(List<String> texts) {
      return new NeedsClarification(texts.stream().map(ClarificationQuestion::plain).toList());
    }

    public List<String> texts() {
      return questions.stream().map(ClarificationQuestion::text).toList();
    }
  }

  /** It asks about the estate: it is answered by reading, without an execution. */
  record Inquiry(EstateQuestion question) implements Interpretation {}

  /** It is out of scope, unsafe, invalid, or an attempt to skip checkpoint, audit or approval. */
  record Refused(String reason) implements Interpretation {}
}
