package dev.deployclaw.container.nats;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.metrics.ServerMetrics.QueueOutcome;
import dev.deployclaw.container.nats.TaskMessageReader.Reading;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.container.vertx.PeriodicTaskVerticle;
import dev.deployclaw.container.vertx.VerticleDeployer;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes tasks from a work queue that all agents share. A message is acknowledged when its task is
 * settled: committed, held or ended, as all agents see it. Until then the queue gives it to another
 * agent if this one dies, and that one takes the reservation over: see {@link
 * dev.deployclaw.core.service.ExecutionReservations#takeOver} and, where this one began, {@link
 * dev.deployclaw.core.service.ExecutionReservations#replace}. Nothing is dropped without a dead
 * letter.
 */
public final class NatsTaskIntake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NatsTaskIntake.class);
  private static final Duration LONGEST_START = Duration.ofSeconds(30);

  /** The shortest wait that the client knows. */
  private static final Duration ONE_LOOK = Duration.ofSeconds(1);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
  private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(5);

  private final NatsSettings settings;
  private final NatsQueue queue;
  private final DeliveryPolicy policy;
  private final AgentServer server;
  private final TaskMessageReader reader;
  private final HeldTasks held;
  private final TaskReplies replies;
  private final PeriodicTaskVerticle verticle;
  private final AtomicLong pending = new AtomicLong();

  /** Held while the connection is used. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable TaskStream stream;
  private int failures;
  private long countedAt = System.nanoTime() - BETWEEN_COUNTS.toNanos();

  private NatsTaskIntake(
      NatsSettings settings, NatsQueue queue, DeliveryPolicy policy, AgentServer server) {
    this.settings = settings;
    this.queue = queue;
    this.policy = policy;
    this.server = server;
    this.reader =
        new TaskMessageReader(
            queue.subject(), server.bounds().bodyBytes(), server.resources().mask());
    this.held = new HeldTasks(server, policy.heldFor().dividedBy(3));
    this.replies = new TaskReplies(server);
    this.verticle =
        new PeriodicTaskVerticle(new PeriodicTask("nats-tasks", BETWEEN_LOOKS, this::look));
  }

  /** Deploys it on the agent's Vert.x; a server that can't be reached is tried again. */
  public static NatsTaskIntake start(
      NatsSettings settings, NatsQueue queue, DeliveryPolicy policy, AgentServer server) {
    var intake = new NatsTaskIntake(settings, queue, policy, server);
    server.metrics().knowsQueue();
    server
        .metrics()
        .gauge(
            "nats.pending",
            "Messages of the work queue that wait, or are held by agents.",
            intake.pending::get);
    VerticleDeployer.deploy(server.vertx(), intake.verticle, LONGEST_START);
    return intake;
  }

  /** Tells what ended, and leaves what never began to other agents. After the agent stopped. */
  @Override
  public void close() {
    verticle.interrupt();
    lock.lock();
    try (var last = stream) {
      stream = null;
      if (last != null) {
        held.settle(last);
        replies.tellEnds(last);
        held.giveBack(last);
      }
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Tasks stay held for a while");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void look() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      serve(stream == null ? connect() : stream);
      failures = 0;
    } catch (IOException e) {
      leave(e);
    } finally {
      lock.unlock();
    }
    if (failures > 0) {
      Thread.sleep(policy.backoff().after(failures, ThreadLocalRandom.current()));
    }
  }

  private TaskStream connect() throws IOException, InterruptedException {
    var connected = TaskStream.connect(settings, queue, policy.heldFor());
    stream = connected;
    LOG.atInfo().addKeyValue("stream", queue.stream()).log("Taking tasks from NATS");
    return connected;
  }

  private void leave(IOException why) {
    failures++;
    var log = failures == 1 ? LOG.atWarn() : LOG.atDebug();
    log.addKeyValue("stream", queue.stream())
        .addKeyValue("reason", why.getMessage())
        .log("No tasks come from NATS; it is tried again");
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  private void serve(TaskStream from) throws IOException, InterruptedException {
    held.settle(from);
    replies.tellEnds(from);
    count(from);
    if (!server.isAccepting()) {
      Thread.sleep(BETWEEN_LOOKS);
      return;
    }
    var message = from.next(ONE_LOOK);
    if (message.isPresent()) {
      take(message.get(), from);
    }
  }

  private void count(TaskStream from) throws IOException {
    if (System.nanoTime() - countedAt >= BETWEEN_COUNTS.toNanos()) {
      pending.set(from.pending());
      countedAt = System.nanoTime();
    }
  }

  private void take(QueueMessage message, TaskStream from)
      throws IOException, InterruptedException {
    Reading reading;
    try {
      reading = reader.read(message);
    } catch (UnmaskedTextException e) {
      later(message, String.valueOf(e.getMessage()), from);
      return;
    }
    switch (reading) {
      case Reading.Unreadable(String reason) -> bury(message, reason, from);
      case Reading.Task(TaskSubmission submission, var reply) ->
          submit(message, submission, reply, from);
    }
  }

  private void submit(
      QueueMessage message, TaskSubmission submission, Optional<String> reply, TaskStream from)
      throws IOException, InterruptedException {
    SubmissionResult result;
    try {
      result = server.intake().submit(submission);
    } catch (RuntimeException e) {
      later(message, String.valueOf(e.getMessage()), from);
      return;
    }
    switch (result) {
      case SubmissionResult.Accepted(String execution) -> {
        held.add(execution, message, submission.claim().orElseThrow());
        answer(execution, reply, from);
        server.metrics().messaged(QueueOutcome.TAKEN);
      }
      case SubmissionResult.Repeated(String execution) -> {
        answer(execution, reply, from);
        repeated(execution, message, submission, from);
      }
      case SubmissionResult.KeyReused(String execution) ->
          bury(message, "its Nats-Msg-Id was used for another task, " + execution, from);
      case SubmissionResult.Full(int waiting, var _) ->
          later(message, "the queue is full: %d tasks wait".formatted(waiting), from);
      case SubmissionResult.Closed() -> later(message, "the agent stops", from);
    }
  }

  /** The message of a task that killed all agents that had it isn't given to more of them. */
  private void repeated(
      String execution, QueueMessage message, TaskSubmission submission, TaskStream from)
      throws IOException, InterruptedException {
    try {
      if (server.unfinished().isGivenUp(execution, submission.claim().orElseThrow())) {
        bury(message, "each agent that had it ended before the commit, last in " + execution, from);
      } else {
        from.acknowledge(message);
      }
    } catch (Unreachable e) {
      later(message, String.valueOf(e.getMessage()), from);
    }
  }

  private void answer(String execution, Optional<String> reply, TaskStream from)
      throws IOException {
    if (reply.isPresent()) {
      replies.accepted(execution, reply.get(), from);
    }
  }

  private void later(QueueMessage message, String why, TaskStream from) throws IOException {
    server.metrics().messaged(QueueOutcome.REFUSED);
    if (message.deliveries() >= policy.mostDeliveries()) {
      bury(message, "no agent took it in %d tries: %s".formatted(message.deliveries(), why), from);
      return;
    }
    int tries = (int) Math.min(message.deliveries(), Integer.MAX_VALUE);
    from.again(message, policy.backoff().after(tries, ThreadLocalRandom.current()));
  }

  private void bury(QueueMessage message, String reason, TaskStream from) throws IOException {
    from.bury(message, reason);
    server.metrics().messaged(QueueOutcome.DEAD);
    LOG.atWarn()
        .addKeyValue("subject", message.subject())
        .addKeyValue("sequence", message.sequence())
        .addKeyValue("reason", reason)
        .log("A message is a dead letter");
  }
}
