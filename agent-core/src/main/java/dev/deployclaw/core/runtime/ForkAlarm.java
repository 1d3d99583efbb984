package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.task.TaskRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the kill switch where the stream holds another record than a log: somebody else writes
 * there, or a log was changed. Once for each, so that a person who thaws has the last word. Needs
 * no leadership.
 */
final class ForkAlarm {
  private final Journal journal;
  private final StateStore state;
  private final Freezing freezing;
  private final Settings settings;
  private final Time time;

  ForkAlarm(Ports ports, Settings settings, Freezing freezing) {
    this.journal = ports.journal();
    this.state = ports.state();
    this.freezing = freezing;
    this.settings = settings;
    this.time = ports.time();
  }

  /**
   * The logs of what was frozen. Throws {@link StateStore.Unreachable} where it can't be; then
   * nothing else can begin either, and the next call does it.
   */
  List<Ended> raise() throws InterruptedException {
    List<Ended> told = new ArrayList<>();
    for (var fork : journal.stream().forks()) {
      if (!fork.alarmed()) {
        told.add(raise(fork));
      }
    }
    return told;
  }

  private Ended raise(Fork fork) throws InterruptedException {
    var _ = state.get(Keys.FREEZE); // no log of each try without a store
    String why = fork.sentence();
    var request = new TaskRequest("freeze: " + why, settings.agent(), time.instant());
    var ended = freezing.freeze(request, why);
    if (ended.exit() == ExitCode.OK) {
      journal.stream().alarmed(fork);
    }
    return ended;
  }
}
