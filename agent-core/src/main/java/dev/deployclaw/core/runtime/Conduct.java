package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How the calls of one execution went, as far as it shows that it goes round in circles or does
 * what it may not. Counted is what a skill's steps ask for, and what came to an end that repeating
 * can't mend; not what the kernel polls, nor what was lost on the way. For one thread.
 */
final class Conduct {
  /** Like calls with like outcomes; then that call is made no more. */
  static final int MOST_ALIKE = 3;

  /** Different calls that are told apart; later ones aren't counted. */
  private static final int MOST_KEPT = 1_000;

  private final Map<String, Integer> alike = new HashMap<>();
  private final Map<String, String> stopped = new HashMap<>();
  private int refused;
  private Optional<String> frozen = Optional.empty();

  /** Why a call isn't made again; empty where it may be made. */
  Optional<String> stops(Invocation call) {
    return Optional.ofNullable(stopped.get(name(call)));
  }

  /** Takes notice of what a call came to. */
  void note(Invocation call, Outcome outcome) {
    if (outcome instanceof Outcome.Failed(var fault)) {
      if (fault instanceof Fault.Ungranted) {
        refused++;
      }
      if (inVain(call.call(), fault)) {
        again(name(call), call.operation(), outcome);
      }
    }
  }

  /**
   * Takes notice of a look that a skill's step asked for.
   *
   * @return why there is no more of it, when it was the last one
   */
  Optional<String> asked(String operation, Outcome outcome) {
    return again(operation, operation, outcome);
  }

  /** Whether so many calls were refused at the sandbox that a person has to look. */
  boolean oversteps(int most) {
    return refused >= most;
  }

  /** The agent was frozen for it. */
  void frozen(String sentence) {
    frozen = Optional.of(sentence);
  }

  /** In which words the agent was frozen for it; empty where it wasn't. */
  Optional<String> frozen() {
    return frozen;
  }

  private Optional<String> again(String name, String operation, Outcome outcome) {
    String kind = kind(outcome);
    String key = name + " " + kind;
    if (!alike.containsKey(key) && alike.size() >= MOST_KEPT) {
      return Optional.empty();
    }
    if (alike.merge(key, 1, Integer::sum) < MOST_ALIKE) {
      return Optional.empty();
    }
    String why =
        "%s was called %d times with the same arguments in this execution, and each time it came to: %s; the loop is stopped here"
            .formatted(operation, MOST_ALIKE, kind);
    stopped.put(name, why);
    return Optional.of(why);
  }

  private static String name(Invocation call) {
    return call.operation() + " " + call.grant().map(Grant::arguments).orElse("");
  }

  /** Whether calling once more can't help. Who acts on an epoch is polled, whatever is said. */
  private static boolean inVain(Call call, Fault fault) {
    return switch (fault) {
      case Fault.Ungranted _ -> true;
      case Fault.Denied _, Fault.Invalid _ -> !(call instanceof Call.Converge);
      case Fault.Unavailable _, Fault.Conflict _, Fault.Unknown _ -> false;
    };
  }

  private static String kind(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed(Fault.Ungranted _) -> "refused at the sandbox";
      case Outcome.Failed(Fault.Denied _) -> "no permission";
      case Outcome.Failed(Fault.Invalid _) -> "invalid";
      case Outcome.Failed(Fault.Unavailable _) -> "unavailable";
      case Outcome.Failed(Fault.Conflict _) -> "conflict";
      case Outcome.Failed(Fault.Unknown _) -> "unknown";
      case Outcome.Done done ->
          done.reports().stream().allMatch(r -> r.answer() == Answer.YES)
              ? "an answer"
              : "an answer that isn't whole";
    };
  }
}
