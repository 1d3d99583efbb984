package dev.deployclaw.core.plan;

import dev.deployclaw.policy.PolicySet;
import java.util.List;

/** What an intent makes of the committed policies. */
public sealed interface Compiled {
  /**
   * @param warnings what was left as it is although it was asked for, or done beyond it
   */
  record Ready(PolicySet target, List<String> warnings) implements Compiled {
    public Ready {
      warnings = List.copyOf(warnings);
    }
  }

  /** It can't be done without guessing. */
  record Unclear(List<String> questions) implements Compiled {
    public Unclear {
      questions = List.copyOf(questions);
    }
  }

  record Refused(String reason) implements Compiled {}

  /** A tenant that the request names has an invalid policy document. */
  record Invalid(String reason) implements Compiled {}
}
