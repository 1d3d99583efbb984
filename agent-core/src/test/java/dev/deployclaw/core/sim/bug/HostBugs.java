package dev.deployclaw.core.sim.bug;

import dev.deployclaw.core.sim.engine.SimFuture;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The planted bugs in how an agent speaks with its executor host. */
final class HostBugs {
  /** As the kernel says it of a call whose host is gone. */
  private static final String CUT = "was cut off";

  private HostBugs() {}

  /** Takes each call that was cut off for refused, so for not applied. */
  static BuggyExecutor.Bend cutRefused() {
    return (call, to) ->
        new BentFuture(
            to.begin(call),
            answer -> isCut(answer) ? BuggyExecutor.no(to) : answer,
            Optional.empty());
  }

  /** What was cut off is sent again, by the same grant, with the next call. */
  static BuggyExecutor.Bend sentAgain() {
    Deque<Invocation> owed = new ArrayDeque<>();
    return (call, to) -> {
      while (!owed.isEmpty()) {
        var _ = to.begin(owed.remove());
      }
      return new BentFuture(
          to.begin(call),
          answer -> {
            if (isCut(answer)) {
              owed.add(call);
            }
            return answer;
          },
          Optional.empty());
    };
  }

  /** Answers are told apart by their order: a second one is the next call's. */
  static BuggyExecutor.Bend byOrder() {
    Deque<SimFuture> latest = new ArrayDeque<>();
    return (call, to) -> {
      var own = to.begin(call);
      var before = Optional.ofNullable(latest.poll());
      latest.add(own);
      return before.filter(SimFuture::cameAgain).orElse(own);
    };
  }

  private static boolean isCut(CallOutcome answer) {
    return answer instanceof CallOutcome.Failed(var fault) && fault.reason().contains(CUT);
  }
}
