package dev.deployclaw.core.compile;

import dev.deployclaw.policy.PolicySet;
import java.util.List;

/** What an intent makes of the committed policies. */
public sealed interface CompilationResult {
  /**
   * @param warnings what was left as it is although it was asked for, or done beyond it
   */
  record Ready(PolicySet target, List<String> warnings) implements CompilationResult {
    public Ready {
      warnings = List.copyOf(warnings);
    }
  }

  /** Why there is no policy set to go to. */
  sealed interface Stop extends CompilationResult {}

  /** It can't be done without guessing. */
  record Unclear(List<String> questions) implements Stop {
    public Unclear {
      questions = List.copyOf(questions);
    }

    static Unclear of(String question) {
      return new Unclear(List.of(question));
    }
  }

  /** It is understood, and this version doesn't do it, or nobody should. */
  record Refused(String reason) implements Stop {}

  /** A tenant that the request names has an invalid policy document. */
  record Invalid(String reason) implements Stop {}

  /** What is to be applied stands in a source that couldn't be read. */
  record Unread(String reason) implements Stop {}
}
