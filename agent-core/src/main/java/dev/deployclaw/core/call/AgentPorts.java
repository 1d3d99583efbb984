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
 * @param sets of the state store: ports that share it share these
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
    LogWriterRegistry writers,
    PolicySetCache sets) {

  /** With a journal and a state store that no other ports share. */
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
        new LogWriterRegistry(journal.claims()),
        new PolicySetCache());
  }

  /** The same behind decorators of the state store and the journal. */
  public AgentPorts behind(StateStore store, Journal log) {
    return new AgentPorts(
        store, objects, executors, sealer, log, planner, procedures, time, writers, sets);
  }

  /** The same, but what is told is kept nowhere. */
  public AgentPorts unlogged() {
    var none = new NoOpJournal();
    var nobodys = new LogWriterRegistry(none.claims());
    return new AgentPorts(
        state, objects, executors, sealer, none, planner, procedures, time, nobodys, sets);
  }

  /** How executors are called. */
  public CallDispatcher calls() {
    return executors.calls();
  }
}
