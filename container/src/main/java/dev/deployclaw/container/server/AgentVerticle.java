package dev.deployclaw.container.server;

import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.intake.QueuedTask;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.intake.UnfinishedTasks;
import dev.deployclaw.container.metrics.ServerMetrics;
import dev.deployclaw.container.vertx.BusAddress;
import dev.deployclaw.container.vertx.LocalEventBus;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.HoldDecision;
import dev.deployclaw.core.task.TaskRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent loop: takes one task after another from the queue and carries it out, on a virtual
 * thread, so the kernel below blocks in plain Java. Each task takes the lead, recovers, and gives
 * the lead back, as the command line does: several agents and command lines alternate.
 */
final class AgentVerticle extends VerticleBase {
  /** Something was queued. */
  static final BusAddress<String, Void> TASK_QUEUED =
      new BusAddress<>("task.queued", String.class, Void.class);

  private static final Logger LOG = LoggerFactory.getLogger(AgentVerticle.class);
  private static final Duration LONGEST_INTERRUPTION = Duration.ofSeconds(10);

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("agent").factory());
  private final LocalEventBus bus;
  private final TaskQueue queue;
  private final ChangeService changes;
  private final UnfinishedTasks unfinished;
  private final List<TaskRequest> earlier;
  private final ServerMetrics metrics;
  private final AtomicBoolean recovered = new AtomicBoolean();
  private final CountDownLatch idle = new CountDownLatch(1);
  private volatile boolean alive;
  private volatile @Nullable Thread working;

  /**
   * @param changes the verticle's own
   * @param unfinished those of now are of an earlier process
   */
  AgentVerticle(
      LocalEventBus bus,
      TaskQueue queue,
      ChangeService changes,
      UnfinishedTasks unfinished,
      ServerMetrics metrics) {
    this.bus = bus;
    this.queue = queue;
    this.changes = changes;
    this.unfinished = unfinished;
    unfinished.forgetShared();
    this.earlier = unfinished.left();
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    alive = true;
    thread.execute(() ->
        interruptibly(() -> {
          unfinished.decline(earlier, changes, "the agent ended before it began");
          workThroughQueue();
        }));
    bus.consume(TASK_QUEUED, _ -> thread.execute(() -> interruptibly(this::workThroughQueue)));
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    alive = false;
    thread.shutdownNow();
    return Future.succeededFuture();
  }

  boolean isAlive() {
    return alive;
  }

  /** Whether no unfinished work of an earlier agent is known. */
  boolean hasRecovered() {
    return recovered.get();
  }

  /**
   * Gives the running task its time and declines those that wait; a task that takes longer is
   * interrupted, and the next start finishes it. Called once, on no thread of Vert.x.
   *
   * @return whether the running task ended by itself
   */
  boolean finish(Duration within) throws InterruptedException {
    queue.close();
    thread.execute(idle::countDown); // when the running task has ended
    if (idle.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
      unfinished.forgetShared();
      unfinished.decline(unfinished.left(), changes, "the agent was stopped before it began");
      return true;
    }
    LOG.atWarn()
        .addKeyValue("within", within)
        .log("The running task is interrupted; the next start finishes it");
    var running = working;
    if (running != null) {
      running.interrupt();
    }
    if (!idle.await(LONGEST_INTERRUPTION.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.error("The running task doesn't stop");
    }
    return false;
  }

  private void interruptibly(PeriodicTask.Action work) {
    working = Thread.currentThread();
    try {
      work.run();
    } catch (InterruptedException e) {
      LOG.debug("The agent stops");
    } finally {
      working = null;
      boolean _ = Thread.interrupted(); // the thread serves the next task
    }
  }

  private void workThroughQueue() throws InterruptedException {
    for (var task = queue.take(); task.isPresent(); task = queue.take()) {
      work(task.get());
    }
  }

  private void work(QueuedTask task) throws InterruptedException {
    long from = System.nanoTime();
    try {
      if (unfinished.mayBegin(task.execution(), changes)) {
        carryOut(task);
      } else {
        LOG.atInfo().addKeyValue("execution", task.execution()).log("Left to another agent");
      }
      unfinished.ended(task.execution());
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("execution", task.execution()).setCause(e).log("A task failed");
      metrics.failed();
    } finally {
      queue.ended(Duration.ofNanos(System.nanoTime() - from));
    }
  }

  private void carryOut(QueuedTask task) throws InterruptedException {
    LOG.atInfo().addKeyValue("execution", task.execution()).log("A task begins");
    switch (task) {
      case QueuedTask.Run(var id, var request) ->
          ended(task, changes.run(request, unfinished.stillOwned(id)));
      case QueuedTask.Rollback(var _, String undoes, var request) ->
          ended(task, changes.rollback(undoes, request));
      case QueuedTask.Decision(
              ApprovalDecision(var id, var who, var approves, var plan, var why)) -> {
        var word = new HoldDecision(id, who, plan, why);
        ended(task, approves ? changes.approve(word) : changes.reject(word));
      }
      case QueuedTask.ScheduledStart(String id) -> ended(task, changes.begin(id));
      case QueuedTask.Recovery() -> recovered(changes.recover());
    }
  }

  /** A decision that could not be carried out left the change as it was, and no record. */
  private void ended(QueuedTask task, RequestOutcome ended) {
    LOG.atInfo()
        .addKeyValue("execution", task.execution())
        .addKeyValue("result", ended.result())
        .addKeyValue("reason", ended.reason())
        .log("A task ended");
    if (ended.result() == ExecutionStatus.REFUSED && !(task instanceof QueuedTask.Decision)) {
      metrics.refused(ServerMetrics.Refusal.REQUEST);
    }
  }

  private void recovered(RecoveryReport report) {
    boolean whole = report.reason().isEmpty();
    recovered.set(whole);
    if (!whole) {
      LOG.atWarn().addKeyValue("reason", report.reason()).log("Not recovered yet");
    }
  }
}
