package dev.deployclaw.container.intake;

import dev.deployclaw.container.vertx.LocalEventBus;
import dev.deployclaw.container.vertx.LocalEventBus.NoReplyException;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;

/**
 * The door for tasks and decisions, whichever way they come. Blocks, so it is for virtual threads
 * and threads of one's own.
 */
public record TaskIntake(LocalEventBus bus, TaskQueue queue) {
  /** A submission that hasn't begun by then isn't. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  /** What etcd and the disk may take on top; each of their calls has a bound of its own. */
  private static final Duration LONGEST_SUBMISSION = Duration.ofMinutes(2);

  /**
   * Accepts a task, unless it was before.
   *
   * @throws Unreachable when no id can be reserved
   */
  public SubmissionResult submit(TaskSubmission submission) throws InterruptedException {
    var lane = submission.undoes().isPresent() ? QueuedTask.Lane.ROLLBACK : QueuedTask.Lane.TASK;
    var refusal = queue.reserve(lane);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    try {
      long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
      var submit = new IntakeVerticle.Submit(submission, deadline);
      return bus.request(IntakeVerticle.SUBMIT, submit, LONGEST_SUBMISSION);
    } catch (NoReplyException e) {
      if (!e.isConsumed()) {
        return new SubmissionResult.Closed();
      }
      throw new Unreachable("no id was reserved in time", e);
    } finally {
      queue.release(lane);
    }
  }

  /** Queues a person's decision on a held change. */
  public SubmissionResult decide(ApprovalDecision decision) {
    var refusal = queue.reserve(QueuedTask.Lane.DECISION);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    queue.enter(decision);
    queue.release(QueuedTask.Lane.DECISION);
    return new SubmissionResult.Accepted(decision.execution());
  }
}
