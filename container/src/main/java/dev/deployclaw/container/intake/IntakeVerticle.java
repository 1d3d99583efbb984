package dev.deployclaw.container.intake;

import dev.deployclaw.container.vertx.BusAddress;
import dev.deployclaw.container.vertx.LocalEventBus;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.service.ExecutionReservations.Reserved;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Gives each submitted task an execution's id of its own in etcd and a file that outlives the
 * process, then queues it. One submission after another, so that a repeated call doesn't overtake
 * the first.
 */
public final class IntakeVerticle extends VerticleBase {
  static final BusAddress<Submit, SubmissionResult> SUBMIT =
      new BusAddress<>("task.submit", Submit.class, SubmissionResult.class);

  private final ExecutorService oneByOne =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("intake").factory());
  private final LocalEventBus bus;
  private final TaskQueue queue;
  private final String owner;
  private final ExecutionReservations reservations;
  private final UnfinishedTasks unfinished;
  private final InstantSource clock;

  /**
   * A submission on its way.
   *
   * @param deadline as {@link System#nanoTime} has it: later, the caller no longer waits, so it
   *     isn't begun
   */
  record Submit(TaskSubmission submission, long deadline) {}

  /**
   * @param owner the name of this agent's state folder: tasks that it kept are there and nowhere
   *     else
   */
  public IntakeVerticle(
      LocalEventBus bus, TaskQueue queue, String owner, AgentPorts ports, UnfinishedTasks tasks) {
    this.bus = bus;
    this.queue = queue;
    this.owner = owner;
    this.reservations = tasks.reservations();
    this.unfinished = tasks;
    this.clock = ports.time();
  }

  @Override
  public Future<?> start() {
    bus.respond(SUBMIT, oneByOne, this::accept);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    oneByOne.shutdownNow();
    return Future.succeededFuture();
  }

  private SubmissionResult accept(Submit submit) throws InterruptedException {
    if (submit.deadline() - System.nanoTime() < 0) {
      throw new Unreachable("other submissions wait for it", new IllegalStateException());
    }
    var submission = submit.submission();
    return switch (reservations.reserve(submission.key(UUID.randomUUID().toString()))) {
      case Reserved.Fresh(String execution) -> queued(execution, submission);
      case Reserved.Conflict(String execution) -> new SubmissionResult.KeyReused(execution);
      case Reserved.Again(String execution, String by) ->
          submission.shared()
              ? sharedAgain(execution, by, submission)
              : again(execution, by, submission);
    };
  }

  private SubmissionResult again(String execution, String by, TaskSubmission submission) {
    return by.equals(owner) && !unfinished.knows(execution)
        ? queued(execution, submission) // it was lost before it was kept
        : new SubmissionResult.Repeated(execution);
  }

  /**
   * It is repeated only where it is settled. Else it becomes this agent's: at once where it never
   * began; under the lead and another id where its agent began it, and died before the commit.
   */
  private SubmissionResult sharedAgain(String execution, String by, TaskSubmission submission)
      throws InterruptedException {
    String hash = submission.claim().orElseThrow();
    if (isOver(execution, hash)) {
      return new SubmissionResult.Repeated(execution);
    }
    if (queue.isBusyWith(execution)) {
      return new SubmissionResult.Accepted(execution);
    }
    boolean begun = unfinished.hasBegun(execution) || reservations.hasLog(execution);
    if (!begun && (by.equals(owner) || reservations.takeOver(hash, execution))) {
      return queued(execution, submission);
    }
    return replacing(new TaskClaim(hash, Optional.of(execution)), submission);
  }

  private boolean isOver(String execution, String hash) throws InterruptedException {
    return switch (reservations.progress(execution)) {
      case SETTLED -> true;
      case UNFINISHED -> false;
      case UNSEEN -> unfinished.hasEnded(execution);
      case CUT_OFF -> reservations.isGivenUp(hash, execution);
    };
  }

  private SubmissionResult replacing(TaskClaim claim, TaskSubmission submission)
      throws InterruptedException {
    var waiting = unfinished.accepted().claimed(claim.hash()).filter(queue::isBusyWith);
    return waiting.isPresent()
        ? new SubmissionResult.Accepted(waiting.get())
        : queued(
            reservations.reserve(Optional.empty()).execution(), submission, Optional.of(claim));
  }

  private SubmissionResult queued(String execution, TaskSubmission submission) {
    var claim = submission.claim().map(hash -> new TaskClaim(hash, Optional.empty()));
    return queued(execution, submission, claim);
  }

  private SubmissionResult queued(
      String execution, TaskSubmission submission, Optional<TaskClaim> claim) {
    var request = submission.request(execution, clock.instant());
    unfinished.accepted().keep(execution, request, claim);
    queue.enter(task(execution, submission, request));
    return new SubmissionResult.Accepted(execution);
  }

  private static QueuedTask task(String execution, TaskSubmission asked, TaskRequest request) {
    return asked
        .undoes()
        .<QueuedTask>map(undoes -> new QueuedTask.Rollback(execution, undoes, request))
        .orElseGet(() -> new QueuedTask.Run(execution, request));
  }
}
