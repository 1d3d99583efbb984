package dev.deployclaw.core.runtime;

import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;

/** Begins the logs of new executions, and goes on with those of others. */
final class Stories {
  private final Ports ports;
  private final Settings settings;
  private final Progress progress;
  private final ExecutionIds ids;

  Stories(Ports ports, Settings settings, Progress progress) {
    this.ports = ports;
    this.settings = settings;
    this.progress = progress;
    this.ids = new ExecutionIds(ports);
  }

  /**
   * A new execution, told by the procedure of an operation.
   *
   * @param withStore whether its id is taken in the state store, so that no other agent has it
   */
  Story begin(Operation operation, boolean withStore) throws InterruptedException {
    return story(withStore ? ids.take() : ids.local(), operation);
  }

  /** The same, under the id that was reserved for the request, if one was. */
  Story begin(TaskRequest request, Operation operation, boolean withStore)
      throws InterruptedException {
    var reserved = request.execution().filter(this::isFree);
    return reserved.isPresent() ? story(reserved.get(), operation) : begin(operation, withStore);
  }

  /** While the store is away another process of this machine may take an id that is reserved. */
  private boolean isFree(String execution) {
    return ports.journal().read(execution).isEmpty();
  }

  /** An execution that was begun before, here or elsewhere. */
  Story goOn(String execution, Operation operation) throws InterruptedException {
    var story = story(execution, operation);
    story.catchUp(ports.state());
    return story;
  }

  private Story story(String execution, Operation operation) {
    var log = new ThoughtLog(ports, progress, execution);
    return new Story(log, ports.playbook().of(operation), ports.time(), settings.agent());
  }
}
