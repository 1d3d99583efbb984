package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.LeftOut;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes before and after anything that writes: that no back end is ahead of the state store,
 * the lead, the end of what an agent that died left behind; and at last what is still to be written
 * back to the sources.
 */
final class Leading {
  private static final Logger LOG = LoggerFactory.getLogger(Leading.class);

  private final Ports ports;
  private final Settings settings;
  private final Stories stories;
  private final Epilogue epilogue;
  private final Recovery recovery;
  private final ForkAlarm alarm;
  private final Regression regression;
  private final ChainCopy chainCopy;

  /** What is done while leading. */
  @FunctionalInterface
  interface Led {
    Ended run(Leadership leadership) throws InterruptedException;
  }

  /** With whom it tells, ends and recovers. */
  record Parts(Stories stories, Epilogue epilogue, Recovery recovery, ForkAlarm alarm) {}

  Leading(Ports ports, Settings settings, Parts parts) {
    this.ports = ports;
    this.settings = settings;
    this.stories = parts.stories();
    this.epilogue = parts.epilogue();
    this.recovery = parts.recovery();
    this.alarm = parts.alarm();
    this.regression = new Regression(ports, settings);
    this.chainCopy = new ChainCopy(ports.state(), ports.objects());
  }

  /** Does it, if nothing stands in the way. */
  Ended run(Optional<TaskRequest> request, Led led) throws InterruptedException {
    return run(request, Optional.empty(), led);
  }

  private Ended run(Optional<TaskRequest> request, Optional<Outvoting> outvoting, Led led)
      throws InterruptedException {
    try {
      var seen = regression.look();
      if (seen.ahead().isEmpty()) {
        return elected(request, led);
      }
      if (!seen.outvoted() || outvoting.isEmpty()) {
        return turnedAway(request, Regression.ending(seen.ahead()), false);
      }
      var stopped = outvoting.get().accept(seen);
      return stopped.isPresent() ? stopped.get() : elected(request, led);
    } catch (Unreachable e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("state store unreachable");
      return turnedAway(request, Ending.unreachable(reason(e)), false);
    }
  }

  /** What is done about few members that are ahead; how it ends, if that stops it. */
  @FunctionalInterface
  interface Outvoting {
    Optional<Ended> accept(Regression.Seen seen) throws InterruptedException;
  }

  /** What may be a way back, which isn't stopped by the word of few: {@link Acceptance#outvote}. */
  Ended back(TaskRequest request, Outvoting outvoting, Led led) throws InterruptedException {
    return run(Optional.of(request), Optional.of(outvoting), led);
  }

  private Ended elected(Optional<TaskRequest> request, Led led) throws InterruptedException {
    try (var leadership = Lead.take(ports.state(), settings, ports.time()).orElse(null)) {
      if (leadership == null) {
        return turnedAway(request, busy(), true);
      }
      var recovered = recovery.run(leadership, Optional.empty());
      if (recovered.blocked().isPresent()) {
        var blocked = recovered.blocked().get();
        return turnedAway(
            request, new Ending(Result.ABORTED, blocked.exit(), unfinished(blocked)), true);
      }
      var _ = alarm.raise();
      var ended = led.run(leadership);
      recovery.writeBack(ended.execution(), leadership);
      chainCopy.run(leadership);
      return ended;
    }
  }

  /** The logs of what was frozen because of the stream. */
  List<Ended> alarm() throws InterruptedException {
    return alarm.raise();
  }

  /** Why no new change may begin, for what waits for the stream; empty where one may. */
  Optional<String> full() {
    return ports.journal().stream().full();
  }

  /**
   * Finishes what was left behind, and nothing more.
   *
   * @param leftOut members without which a way back may end
   */
  RecoveryAnswer recover(Optional<LeftOut> leftOut) throws InterruptedException {
    try {
      var ahead = regression.look().ahead();
      return ahead.isEmpty()
          ? recovered(leftOut)
          : new RecoveryAnswer(ExitCode.FAILED, List.of(), Regression.sentence(ahead));
    } catch (Unreachable e) {
      return new RecoveryAnswer(ExitCode.UNREACHABLE, List.of(), reason(e));
    }
  }

  private RecoveryAnswer recovered(Optional<LeftOut> leftOut) throws InterruptedException {
    try (var leadership = Lead.take(ports.state(), settings, ports.time()).orElse(null)) {
      if (leadership == null) {
        return new RecoveryAnswer(ExitCode.ABORTED, List.of(), Lead.taken(ports.state()));
      }
      var refused =
          leftOut.isPresent() ? recovery.refuses(leftOut.get()) : Optional.<String>empty();
      if (refused.isPresent()) {
        return new RecoveryAnswer(ExitCode.REFUSED, List.of(), refused.get());
      }
      var recovered = recovery.run(leadership, leftOut);
      if (recovered.blocked().isPresent()) {
        var blocked = recovered.blocked().get();
        return new RecoveryAnswer(blocked.exit(), recovered.finished(), unfinished(blocked));
      }
      var late = recovery.writeBack("", leadership);
      chainCopy.run(leadership);
      return new RecoveryAnswer(ExitCode.OK, recovered.and(late).finished(), "");
    }
  }

  /** Even what can't begin leaves a log, where somebody asked for something. */
  Ended turnedAway(Optional<TaskRequest> request, Ending ending, boolean withStore)
      throws InterruptedException {
    if (request.isEmpty()) {
      return Ended.of("", ending);
    }
    var story = stories.begin(request.get(), Operation.APPLY_POLICIES, withStore);
    story.asked(request.get());
    return epilogue.end(story, ending, Optional.empty(), List.of());
  }

  private Ending busy() throws InterruptedException {
    return new Ending(Result.ABORTED, ExitCode.ABORTED, Lead.taken(ports.state()));
  }

  private static String unfinished(Ended blocked) {
    return blocked.execution() + " has to be finished first: " + blocked.reason();
  }

  static String reason(Unreachable e) {
    return "the state store can't be reached: " + e.getMessage();
  }
}
