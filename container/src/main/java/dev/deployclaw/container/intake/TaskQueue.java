package dev.deployclaw.container.intake;

import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tasks that wait for the agent, in order, with a bound for each lane: tasks leave rollbacks and
 * decisions their places. A rollback overtakes everything else but a recovery and other rollbacks.
 * The event bus has neither lanes nor positions, so this isn't the bus. Any thread.
 */
public final class TaskQueue {
  private static final Duration FIRST_GUESS = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  private final int capacity;
  private final Runnable onQueued;
  private final List<QueuedTask> waiting = new ArrayList<>();
  private final Map<QueuedTask.Lane, Integer> reserved = new EnumMap<>(QueuedTask.Lane.class);
  private Optional<QueuedTask> running = Optional.empty();
  private Duration lastTook = FIRST_GUESS;
  private boolean closed;

  /**
   * @param capacity of each lane
   * @param onQueued called after a task entered; doesn't block
   */
  public TaskQueue(int capacity, Runnable onQueued) {
    this.capacity = capacity;
    this.onQueued = onQueued;
  }

  /** Reserves a place of a lane; gives the refusal where none is free. */
  synchronized Optional<SubmissionResult> reserve(QueuedTask.Lane lane) {
    if (closed) {
      return Optional.of(new SubmissionResult.Closed());
    }
    int there =
        (int) waiting.stream().filter(j -> !j.execution().isEmpty() && j.lane() == lane).count();
    if (there + reserved.getOrDefault(lane, 0) >= capacity) {
      return Optional.of(new SubmissionResult.Full(there, retryAfter()));
    }
    reserved.merge(lane, 1, Integer::sum);
    return Optional.empty();
  }

  synchronized void release(QueuedTask.Lane lane) {
    reserved.merge(lane, -1, Integer::sum);
  }

  /** A rollback enters behind what else is urgent, before the rest. */
  void enter(QueuedTask task) {
    synchronized (this) {
      long before =
          task.lane() == QueuedTask.Lane.ROLLBACK
              ? waiting.stream().takeWhile(TaskQueue::isUrgent).count()
              : waiting.size();
      waiting.add((int) before, task);
    }
    onQueued.run();
  }

  /** A decision that is repeated while the first one waits is one decision. */
  void enter(ApprovalDecision decision) {
    synchronized (this) {
      boolean known =
          waiting.stream()
              .anyMatch(t -> t instanceof QueuedTask.Decision(var d) && d.repeats(decision));
      if (known) {
        return;
      }
      waiting.add(new QueuedTask.Decision(decision));
    }
    onQueued.run();
  }

  /** Enters a scheduled change that is due; not where no place is free or it is under way. */
  public boolean enterScheduled(String execution) {
    synchronized (this) {
      if (reserve(QueuedTask.Lane.TASK).isPresent()) {
        return false;
      }
      release(QueuedTask.Lane.TASK);
      if (isBusyWith(execution)) {
        return false;
      }
      waiting.add(new QueuedTask.ScheduledStart(execution));
    }
    onQueued.run();
    return true;
  }

  /** Enters a recovery before all that waits, unless one is wanted already. */
  public void enterRecovery() {
    synchronized (this) {
      boolean first = !waiting.isEmpty() && waiting.getFirst() instanceof QueuedTask.Recovery;
      if (first || running.orElse(null) instanceof QueuedTask.Recovery) {
        return;
      }
      waiting.addFirst(new QueuedTask.Recovery());
    }
    onQueued.run();
  }

  /** The executions that wait, the next one first. */
  public synchronized List<String> waiting() {
    return waiting.stream().map(QueuedTask::execution).filter(id -> !id.isEmpty()).toList();
  }

  /**
   * A task's place in the queue.
   *
   * @param running the execution that the agent carries out; without an id it is a recovery
   * @param before how many wait before it
   */
  record Position(Optional<String> running, int before) {}

  synchronized Position position(String execution) {
    return new Position(
        running.map(QueuedTask::execution),
        (int) waiting.stream().takeWhile(task -> !task.execution().equals(execution)).count());
  }

  /** The request of a task while it waits, and while it runs. */
  public synchronized Optional<TaskRequest> request(String execution) {
    return Stream.concat(waiting.stream(), running.stream())
        .filter(task -> task.execution().equals(execution))
        .flatMap(task ->
            switch (task) {
              case QueuedTask.Run(var _, var request) -> Optional.of(request).stream();
              case QueuedTask.Rollback(var _, var _, var request) -> Optional.of(request).stream();
              case QueuedTask.Decision _, QueuedTask.ScheduledStart _, QueuedTask.Recovery _ ->
                  Optional.<TaskRequest>empty().stream();
            })
        .findFirst();
  }

  /** Whether a task of the execution waits or runs. */
  public synchronized boolean isBusyWith(String execution) {
    return waiting.stream().anyMatch(task -> task.execution().equals(execution))
        || running.filter(task -> task.execution().equals(execution)).isPresent();
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  /** The next task, which runs from now on; empty where none waits or the queue is closed. */
  public synchronized Optional<QueuedTask> take() {
    running = closed || waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.removeFirst());
    return running;
  }

  /** The running task ended. */
  public synchronized void ended(Duration took) {
    running = Optional.empty();
    lastTook = took;
  }

  /** Takes nothing and gives nothing from now on: waiting tasks stay. */
  public synchronized void close() {
    closed = true;
  }

  private static boolean isUrgent(QueuedTask task) {
    return task instanceof QueuedTask.Recovery || task.lane() == QueuedTask.Lane.ROLLBACK;
  }

  /** About as long as the next one takes. */
  private Duration retryAfter() {
    var whole = Duration.ofSeconds(Math.max(1, lastTook.toSeconds()));
    return whole.compareTo(LONGEST_RETRY) < 0 ? whole : LONGEST_RETRY;
  }
}
