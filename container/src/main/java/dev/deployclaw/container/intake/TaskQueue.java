package dev.deployclaw.container.intake;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.service.ExecutionReservations.Reserved;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Where tasks are handed in and wait for the worker, in order, no more than so many of each lane:
 * tasks leave rollbacks and people's words their places. A rollback goes before what isn't one. A
 * task that is accepted has an execution's id of its own and a file that outlives the process. Any
 * thread.
 */
public final class TaskQueue {
  private static final Duration FIRST_GUESS = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  private static final Duration LONGEST_SUBMISSION = Duration.ofSeconds(20);

  private final String owner;
  private final ExecutionReservations reservations;
  private final UnfinishedTasks kept;
  private final InstantSource clock;
  private final int most;
  private final ReentrantLock submitting = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<QueuedTask> waiting = new ArrayList<>();
  private final Map<QueuedTask.Lane, Integer> promised = new EnumMap<>(QueuedTask.Lane.class);
  private Optional<QueuedTask> atWork = Optional.empty();
  private Duration lastTook = FIRST_GUESS;
  private boolean closed;

  /**
   * @param owner the name of this agent's state folder: tasks that it kept are there and nowhere
   *     else
   */
  public TaskQueue(String owner, AgentPorts ports, UnfinishedTasks kept, int most) {
    this.owner = owner;
    this.reservations = new ExecutionReservations(ports, owner);
    this.kept = kept;
    this.clock = ports.time();
    this.most = most;
  }

  /** What became of a submission. */
  public sealed interface Answer {
    record Accepted(String execution) implements Answer {}

    /** The same was submitted before under this key. */
    record Repeated(String execution) implements Answer {}

    /** Something else was submitted before under this key. */
    record KeyReused(String execution) implements Answer {}

    record Full(int waiting, Duration retryAfter) implements Answer {}

    record Closed() implements Answer {}
  }

  /**
   * Takes a task on, unless it was before.
   *
   * @throws Unreachable when no id can be reserved
   */
  public Answer submit(TaskSubmission asked) throws InterruptedException {
    var lane = asked.undoes().isPresent() ? QueuedTask.Lane.ROLLBACK : QueuedTask.Lane.TASK;
    var refusal = promise(lane);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    try {
      return reserve(asked);
    } finally {
      change(() -> release(lane));
    }
  }

  /**
   * Hands a person's word on a held change in.
   *
   * @param plan for an approval, the plan's hash that was quoted, or how it begins
   */
  public Answer word(String execution, String who, boolean approves, String plan) {
    var word = new QueuedTask.Word(execution, who, approves, plan);
    var refusal = promise(QueuedTask.Lane.WORD);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    change(() -> {
      release(QueuedTask.Lane.WORD);
      if (waiting.stream().noneMatch(word::repeats)) { // said twice, it is one word
        waiting.add(word);
      }
    });
    return new Answer.Accepted(execution);
  }

  /** Takes on a scheduled change whose time has come; not where no place is free. */
  public boolean begin(String execution) {
    if (promise(QueuedTask.Lane.TASK).isPresent()) {
      return false;
    }
    return locked(() -> {
      release(QueuedTask.Lane.TASK);
      boolean begins = !busyWith(execution); // asked under the same lock: two may come at once
      if (begins) {
        waiting.add(new QueuedTask.Begin(execution));
      }
      changed.signalAll();
      return begins;
    });
  }

  /** The executions that wait, the next one first. */
  public List<String> waiting() {
    return locked(() -> waiting.stream().map(QueuedTask::execution).filter(id -> !id.isEmpty()).toList());
  }

  /**
   * For what a task waits.
   *
   * @param atWork the execution that the worker carries out; without an id it is a recovery
   * @param before how many wait before it
   */
  record Turn(Optional<String> atWork, int before) {}

  Turn turn(String execution) {
    return locked(() ->
        new Turn(
            atWork.map(QueuedTask::execution),
            (int) waiting.stream().takeWhile(job -> !job.execution().equals(execution)).count()));
  }

  /** What was asked, while it waits. */
  public Optional<TaskRequest> request(String execution) {
    return locked(() ->
        waiting.stream()
            .filter(job -> job.execution().equals(execution))
            .flatMap(job ->
                switch (job) {
                  case QueuedTask.Run(var _, var request) -> Optional.of(request).stream();
                  case QueuedTask.Back(var _, var _, var request) -> Optional.of(request).stream();
                  case QueuedTask.Word _, QueuedTask.Begin _, QueuedTask.Recover _ ->
                      Optional.<TaskRequest>empty().stream();
                })
            .findFirst());
  }

  /** Whether something about an execution waits or is being done. */
  public boolean busyWith(String execution) {
    return locked(() ->
        waiting.stream().anyMatch(job -> job.execution().equals(execution))
            || atWork.filter(job -> job.execution().equals(execution)).isPresent());
  }

  public boolean isClosed() {
    return locked(() -> closed);
  }

  /** Wants a recovery, before all that waits, unless one is wanted already. */
  public void recover() {
    change(() -> {
      boolean wanted = !waiting.isEmpty() && waiting.getFirst() instanceof QueuedTask.Recover;
      if (!wanted && !(atWork.orElse(null) instanceof QueuedTask.Recover)) {
        waiting.addFirst(new QueuedTask.Recover());
      }
    });
  }

  /** Waits for the next job; empty when the desk is closed. */
  public Optional<QueuedTask> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      atWork = closed ? Optional.empty() : Optional.of(waiting.removeFirst());
      return atWork;
    } finally {
      lock.unlock();
    }
  }

  public void done(Duration took) {
    change(() -> {
      atWork = Optional.empty();
      lastTook = took;
    });
  }

  /** Forgets keys and ids that were given before. */
  public void forget(Instant before) throws InterruptedException {
    reservations.forget(before);
  }

  /** Takes nothing on any more, and gives out nothing: what waits stays. */
  public void close() {
    change(() -> closed = true);
  }

  /** One after another, so that a repeated call doesn't overtake the first. */
  private Answer reserve(TaskSubmission asked) throws InterruptedException {
    if (!submitting.tryLock(LONGEST_SUBMISSION.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new Unreachable("other submissions wait for it", new IllegalStateException());
    }
    try {
      return switch (reservations.reserve(asked.key(UUID.randomUUID().toString()))) {
        case Reserved.Fresh(String execution) -> enter(execution, asked);
        case Reserved.Conflict(String execution) -> new Answer.KeyReused(execution);
        case Reserved.Again(String execution, String by) ->
            by.equals(owner) && !kept.knows(execution)
                ? enter(execution, asked) // it was lost before it was kept
                : new Answer.Repeated(execution);
      };
    } finally {
      submitting.unlock();
    }
  }

  private Answer enter(String execution, TaskSubmission asked) {
    var request =
        new TaskRequest(
            asked.text(), asked.who(), clock.instant(), asked.manual(), Optional.of(execution));
    kept.accepted().keep(execution, request);
    QueuedTask job =
        asked
            .undoes()
            .<QueuedTask>map(undoes -> new QueuedTask.Back(execution, undoes, request))
            .orElseGet(() -> new QueuedTask.Run(execution, request));
    change(() -> enter(job));
    return new Answer.Accepted(execution);
  }

  /** A rollback behind what else is urgent, before the rest. */
  private void enter(QueuedTask job) {
    long before =
        job.lane() == QueuedTask.Lane.ROLLBACK
            ? waiting.stream().takeWhile(TaskQueue::isUrgent).count()
            : waiting.size();
    waiting.add((int) before, job);
  }

  private static boolean isUrgent(QueuedTask job) {
    return job instanceof QueuedTask.Recover || job.lane() == QueuedTask.Lane.ROLLBACK;
  }

  /** Keeps a place of a lane free; empty when there was one. */
  private Optional<Answer> promise(QueuedTask.Lane lane) {
    return locked(() -> {
      if (closed) {
        return Optional.of(new Answer.Closed());
      }
      int there =
          (int) waiting.stream().filter(j -> !j.execution().isEmpty() && j.lane() == lane).count();
      if (there + promised.getOrDefault(lane, 0) >= most) {
        return Optional.of(new Answer.Full(there, retryAfter()));
      }
      promised.merge(lane, 1, Integer::sum);
      return Optional.empty();
    });
  }

  private void release(QueuedTask.Lane lane) {
    promised.merge(lane, -1, Integer::sum);
  }

  /** About as long as the next one takes. */
  private Duration retryAfter() {
    var whole = Duration.ofSeconds(Math.max(1, lastTook.toSeconds()));
    return whole.compareTo(LONGEST_RETRY) < 0 ? whole : LONGEST_RETRY;
  }

  private void change(Runnable step) {
    lock.lock();
    try {
      step.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }
}
