package dev.deployclaw.core.call;

import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogWriterRegistry;
import dev.deployclaw.core.log.NoOpJournal;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;

/**
 * All that the runtime reaches the world by. The code that made them closes them.
 *
 * @param writers of the journal: ports that share the journal share these
 */
public record AgentPorts(
    StateStore state,
    ObjectStore objects,
    ExecutorRegistry executors,
    RecordSealer sealer,
    Journal journal,
    RequestInterpreter planner,
    ProcedureRegistry procedures,
    AgentClock time,
    LogWriterRegistry writers) {

  /** With a journal that no other ports share. */
  public AgentPorts(
      StateStore state,
      ObjectStore objects,
      ExecutorRegistry executors,
      RecordSealer sealer,
      Journal journal,
      RequestInterpreter planner,
      ProcedureRegistry procedures,
      AgentClock time) {
    this(
        state,
        objects,
        executors,
        sealer,
        journal,
        planner,
        procedures,
        time,
        new LogWriterRegistry(journal.claims()));
  }

  /** The same, but what is told is kept nowhere. */
  public AgentPorts unlogged() {
    return new AgentPorts(
        state, objects, executors, sealer, new NoOpJournal(), planner, procedures, time);
  }
}
