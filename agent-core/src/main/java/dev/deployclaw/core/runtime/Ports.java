package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder;
import dev.deployclaw.core.plan.Playbook;
import dev.deployclaw.core.planner.Planner;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;

/**
 * All that the runtime reaches the world by. Closed by whoever made them.
 *
 * @param writers of the journal: whoever shares that shares these
 */
public record Ports(
    StateStore state,
    ObjectStore objects,
    Executors executors,
    Recorder recorder,
    Journal journal,
    Planner planner,
    Playbook playbook,
    Time time,
    Writers writers) {

  /** With a journal that no other ports share. */
  public Ports(
      StateStore state,
      ObjectStore objects,
      Executors executors,
      Recorder recorder,
      Journal journal,
      Planner planner,
      Playbook playbook,
      Time time) {
    this(
        state,
        objects,
        executors,
        recorder,
        journal,
        planner,
        playbook,
        time,
        new Writers(journal.claims()));
  }

  /** The same, but what is told is kept nowhere. */
  Ports unlogged() {
    return new Ports(state, objects, executors, recorder, new Unlogged(), planner, playbook, time);
  }
}
