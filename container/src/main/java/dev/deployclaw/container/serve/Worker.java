package dev.deployclaw.container.serve;

import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one job after another on a thread of its own. Each takes the lead, recovers, and
 * gives the lead back, as the command line does, so that several agents and the command line take
 * turns.
 */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration LONGEST_INTERRUPTION = Duration.ofSeconds(10);

  private final Desk desk;
  private final ChangeService architect;
  private final Leftovers leftovers;
  private final List<TaskRequest> earlier;
  private final Meters meters;
  private final Thread thread;
  private final AtomicBoolean recovered = new AtomicBoolean();

  /**
   * @param architect the worker's own
   * @param leftovers what there is of them now, an earlier process left
   */
  Worker(Desk desk, ChangeService architect, Leftovers leftovers, Meters meters) {
    this.desk = desk;
    this.architect = architect;
    this.leftovers = leftovers;
    this.earlier = leftovers.left();
    this.meters = meters;
    this.thread = Thread.ofVirtual().name("worker").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  boolean lives() {
    return thread.isAlive();
  }

  /** Whether nothing that an earlier agent left is known to be unfinished. */
  boolean recovered() {
    return recovered.get();
  }

  /**
   * Lets the job at work go on for so long, and declines those that wait; else interrupts it: the
   * next start finishes it. Says whether it ended by itself.
   */
  boolean stop(Duration within) throws InterruptedException {
    desk.close();
    if (thread.join(within)) {
      leftovers.decline(leftovers.left(), architect, "the agent was stopped before it began");
      return true;
    }
    LOG.atWarn()
        .addKeyValue("within", within)
        .log("The task at work is interrupted; the next start continues");
    thread.interrupt();
    if (!thread.join(LONGEST_INTERRUPTION)) {
      LOG.error("The task at work doesn't stop");
    }
    return false;
  }

  private void run() {
    try {
      leftovers.decline(earlier, architect, "the agent ended before it began");
      for (var job = desk.take(); job.isPresent(); job = desk.take()) {
        work(job.get());
      }
    } catch (InterruptedException e) {
      LOG.debug("The worker stops");
    }
  }

  private void work(Job job) throws InterruptedException {
    long from = System.nanoTime();
    try {
      carryOut(job);
      leftovers.ended(job.execution());
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("execution", job.execution()).setCause(e).log("a job failed");
      meters.failed();
    } finally {
      desk.done(Duration.ofNanos(System.nanoTime() - from));
    }
  }

  private void carryOut(Job job) throws InterruptedException {
    LOG.atInfo().addKeyValue("execution", job.execution()).log("A job begins");
    switch (job) {
      case Job.Run(var _, var request) -> ended(job, architect.run(request));
      case Job.Back(var _, String undoes, var request) ->
          ended(job, architect.rollback(undoes, request));
      case Job.Word(String id, String who, boolean approves, String plan) ->
          ended(job, approves ? architect.approve(id, who, plan) : architect.reject(id, who));
      case Job.Begin(String id) -> ended(job, architect.begin(id));
      case Job.Recover() -> recovered(architect.recover());
    }
  }

  /** A word that could not be carried out left the change as it was, and no record. */
  private void ended(Job job, RequestOutcome ended) {
    LOG.atInfo()
        .addKeyValue("execution", job.execution())
        .addKeyValue("result", ended.result())
        .addKeyValue("reason", ended.reason())
        .log("A job ended");
    if (ended.result() == ExecutionStatus.REFUSED && !(job instanceof Job.Word)) {
      meters.refused(Meters.Refusal.REQUEST);
    }
  }

  private void recovered(RecoveryReport answer) {
    boolean whole = answer.reason().isEmpty();
    recovered.set(whole);
    if (!whole) {
      LOG.atWarn().addKeyValue("reason", answer.reason()).log("Not recovered yet");
    }
  }
}
