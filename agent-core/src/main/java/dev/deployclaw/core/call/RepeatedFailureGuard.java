package dev.deployclaw.core.call;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How the calls of one execution went, as far as it shows that it goes round in circles or does
 * what it may not. Counted is what a skill's steps ask for, and what came to an end that repeating
 * can't mend; not what the kernel polls, nor what was lost on the way. For one thread.
 */
public final class RepeatedFailureGuard {
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

  /** Takes notice of the outcome of a call. */
  void note(Invocation call, CallOutcome outcome) {
    if (outcome instanceof CallOutcome.Failed(var fault)) {
      if (fault instanceof CallFault.Ungranted) {
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
  public Optional<String> asked(String operation, CallOutcome outcome) {
    return again(operation, operation, outcome);
  }

  /** Whether so many calls were refused at the sandbox that a person has to look. */
  public boolean oversteps(int most) {
    return refused >= most;
  }

  /** The agent was frozen for it. */
  public void frozen(String sentence) {
    frozen = Optional.of(sentence);
  }

  /** In which words the agent was frozen for it; empty where it wasn't. */
  public Optional<String> frozen() {
    return frozen;
  }

  private Optional<String> again(String name, String operation, CallOutcome outcome) {
    String kind = kind(outcome);
    String key = name + " " + kind;
    if (!alike.containsKey(key) && alike.size() >= MOST_KEPT) {
      return Optional.empty();
    }
    if (alike.merge(key, 1, Integer::sum) < MOST_ALIKE) {
      return Optional.empty();
    }
    String why =
        ("%s was called %d times with the same arguments in this execution, and each "
                + "time the result was: %s; the loop is stopped here")
            .formatted(operation, MOST_ALIKE, kind);
    stopped.put(name, why);
    return Optional.of(why);
  }

  private static String name(Invocation call) {
    return call.operation() + " " + call.grant().map(Grant::arguments).orElse("");
  }

  /** Whether calling once more can't help. Members that act on an epoch are polled in any case. */
  private static boolean inVain(ExecutorCall call, CallFault fault) {
    return switch (fault) {
      case CallFault.Ungranted _ -> true;
      case CallFault.Denied _, CallFault.Invalid _ -> !(call instanceof ExecutorCall.Converge);
      case CallFault.Unavailable _, CallFault.Conflict _, CallFault.Unknown _ -> false;
    };
  }

  private static String kind(CallOutcome outcome) {
    return switch (outcome) {
      case CallOutcome.Failed(CallFault.Ungranted _) -> "refused at the sandbox";
      case CallOutcome.Failed(CallFault.Denied _) -> "no permission";
      case CallOutcome.Failed(CallFault.Invalid _) -> "invalid";
      case CallOutcome.Failed(CallFault.Unavailable _) -> "unavailable";
      case CallOutcome.Failed(CallFault.Conflict _) -> "conflict";
      case CallOutcome.Failed(CallFault.Unknown _) -> "unknown";
      case CallOutcome.Done done ->
          done.reports().stream().allMatch(r -> r.answer() == Answer.YES)
              ? "an answer"
              : "an incomplete answer";
    };
  }
}
