package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.Intent;
import java.util.List;

/** What a request came to: three outcomes, and only three. */
public sealed interface Interpretation {
  /** It means one thing, and every value in it is grounded in the request. */
  record Planned(Intent intent) implements Interpretation {}

  /** It can't be understood without guessing. */
  record NeedsClarification(List<String> questions) implements Interpretation {
    public NeedsClarification {
      questions = List.copyOf(questions);
      if (questions.isEmpty()) {
        throw new IllegalArgumentException("a clarification without a question");
      }
    }
  }

  /** It is out of scope, unsafe, invalid, or an attempt to skip checkpoint, audit or approval. */
  record Refused(String reason) implements Interpretation {}
}
