package dev.deployclaw.core.journal;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;

/** Begins the logs of new executions, and goes on with those of others. */
public record RecorderFactory(AgentPorts ports, AgentSettings settings, ProgressListener progress) {
  /**
   * A new execution, told by the procedure of an operation.
   *
   * @param withStore whether its id is taken in the state store, so that no other agent has it
   */
  public ExecutionRecorder begin(TaskOperation operation, boolean withStore)
      throws InterruptedException {
    return recorder(withStore ? ids().take() : ids().local(), operation);
  }

  /** The same, under the id that was reserved for the request, if one was. */
  public ExecutionRecorder begin(TaskRequest request, TaskOperation operation, boolean withStore)
      throws InterruptedException {
    var reserved = request.execution().filter(this::isFree);
    return reserved.isPresent() ? recorder(reserved.get(), operation) : begin(operation, withStore);
  }

  /** While the store is away another process of this machine may take an id that is reserved. */
  private boolean isFree(String execution) {
    return ports.journal().read(execution).isEmpty();
  }

  /** An execution that was begun before, here or elsewhere. */
  public ExecutionRecorder goOn(String execution, TaskOperation operation)
      throws InterruptedException {
    var recorder = recorder(execution, operation);
    recorder.catchUp(ports.state());
    return recorder;
  }

  private ExecutionRecorder recorder(String execution, TaskOperation operation) {
    var log = new ExecutionLog(ports, progress, execution);
    var acts = new ExecutionRecorder.Actor(settings.agent(), ports.executors().isolation());
    return new ExecutionRecorder(log, ports.procedures().of(operation), ports.time(), acts);
  }

  private ExecutionIdAllocator ids() {
    return new ExecutionIdAllocator(ports);
  }
}
