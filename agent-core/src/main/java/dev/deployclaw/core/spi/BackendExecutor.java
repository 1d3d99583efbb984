package dev.deployclaw.core.spi;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What acts on one kind of back end. Calls block; each runs on a virtual thread of its own, is
 * cancelled by interrupt, and is bounded by a deadline outside. Implementations hold the
 * credentials; they take calls from several threads.
 */
public interface BackendExecutor {
  /** One word, unique: {@code redis}, {@code gateway}, {@code ratelimit}, {@code docker}. */
  String name();

  /** The verbs it performs. A participant in activation has all of {@link #PARTICIPANT_VERBS}. */
  Set<String> verbs();

  /** Performs the call. Expected failures are values; an exception is a bug. */
  CallOutcome execute(Invocation call) throws InterruptedException;

  Set<String> PARTICIPANT_VERBS =
      Set.of("observe", "stage", "prepare", "publish", "converge", "discard");

  /** The verbs of a participant that can be looked at, too. */
  static Set<String> participantWith(Set<String> looks) {
    return Stream.concat(PARTICIPANT_VERBS.stream(), looks.stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  default boolean participates() {
    return verbs().containsAll(PARTICIPANT_VERBS);
  }
}
