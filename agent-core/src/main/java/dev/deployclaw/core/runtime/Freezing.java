package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.runtime.KillSwitch.Turn;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Freezes and thaws for people: the kill switch, and a log of who turned it. */
final class Freezing {
  private final KillSwitch killSwitch;
  private final Stories stories;
  private final Epilogue epilogue;
  private final Time time;

  Freezing(Ports ports, Stories stories, Epilogue epilogue) {
    this.killSwitch = new KillSwitch(ports.state());
    this.stories = stories;
    this.epilogue = epilogue;
    this.time = ports.time();
  }

  Ended freeze(TaskRequest request, String reason) throws InterruptedException {
    var freeze = new Freeze(request.requester(), reason, time.instant().toString());
    return turn(
        request,
        () ->
            switch (killSwitch.freeze(freeze)) {
              case Turn.Turned(_) -> done("frozen " + freeze.sentence());
              case Turn.Already(var there) ->
                  nothing("frozen already " + there.map(Freeze::sentence).orElse(""));
              case Turn.Unknown(String why) -> unknown(why);
            });
  }

  Ended thaw(TaskRequest request) throws InterruptedException {
    return turn(
        request,
        () ->
            switch (killSwitch.thaw()) {
              case Turn.Turned(var before) ->
                  done("thawed" + before.map(f -> "; it was frozen " + f.sentence()).orElse(""));
              case Turn.Already(_) -> nothing("nothing was frozen");
              case Turn.Unknown(String why) -> unknown(why);
            });
  }

  @FunctionalInterface
  private interface Hand {
    Ending turn() throws InterruptedException;
  }

  /** The log is written after the switch is turned: nothing may delay it. */
  private Ended turn(TaskRequest request, Hand hand) throws InterruptedException {
    boolean reached = true;
    Ending ending;
    try {
      ending = hand.turn();
    } catch (Unreachable e) {
      reached = false;
      ending = Ending.unreachable("the state store can't be reached: " + e.getMessage());
    }
    var story = begin(request, reached);
    story.asked(request);
    var status = ending.exit() == ExitCode.OK ? Status.OK : Status.WARNING;
    story.tell(
        Phase.GATE, "Turning the kill switch", new Telling(ending.reason(), status, Map.of()));
    return epilogue.end(story, ending, Optional.empty(), List.of());
  }

  /** What was turned is turned, even if the store is away by now. */
  private Story begin(TaskRequest request, boolean reached) throws InterruptedException {
    try {
      return stories.begin(request, Operation.APPLY_POLICIES, reached);
    } catch (Unreachable e) {
      return stories.begin(request, Operation.APPLY_POLICIES, false);
    }
  }

  private static Ending done(String reason) {
    return new Ending(Result.COMPLETED, ExitCode.OK, reason);
  }

  private static Ending nothing(String reason) {
    return new Ending(Result.NO_CHANGE, ExitCode.OK, reason);
  }

  private static Ending unknown(String why) {
    return Ending.unknown("nobody knows how the kill switch stands: " + why + "; see status");
  }
}
