package dev.deployclaw.container.notification;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.monitor.AlertNotification;
import dev.deployclaw.container.notification.DeliveryLog.Line;
import dev.deployclaw.container.notification.DeliveryLog.Outcome;
import dev.deployclaw.container.notification.NotificationQueue.Item;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one sink, on a thread of its own, one notice after another: a sink that is away holds up
 * nobody else. What it was told it may be told again after a crash, with the same id.
 */
final class SinkNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(SinkNotifier.class);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(2);

  private final String name;
  private final NotificationSink sink;
  private final NotificationQueue pending;
  private final Dependencies desk;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final Thread thread;

  /** What the couriers share. */
  record Dependencies(
      NotificationHttpClient post, DeliveryLog deliveries, DeliverySettings terms) {}

  SinkNotifier(String name, NotificationSink sink, NotificationQueue pending, Dependencies desk) {
    this.name = name;
    this.sink = sink;
    this.pending = pending;
    this.desk = desk;
    this.thread = Thread.ofVirtual().name("courier-" + name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** What isn't told yet is told by the next process. */
  void stop() throws InterruptedException {
    thread.interrupt();
    if (!thread.join(LONGEST_STOP)) {
      LOG.atWarn().addKeyValue("sink", name).log("A notifier didn't stop in time");
    }
  }

  void take(AlertNotification notice) {
    if (!notice.repeated() || sink.wantsRepeats()) {
      pending
          .add(notice.withoutSecrets())
          .ifPresent(lost ->
              note(lost, Outcome.GIVEN_UP, "more than " + NotificationQueue.MOST + " wait"));
    }
  }

  int waiting() {
    return pending.size();
  }

  private void run() {
    try {
      int failures = 0;
      while (!Thread.currentThread().isInterrupted()) {
        var wait = deliver(pending.oldest(), failures);
        failures = wait.isPresent() ? failures + 1 : 0;
        if (wait.isPresent()) {
          desk.terms().time().pause(wait.get());
        }
      }
    } catch (InterruptedException e) {
      LOG.atDebug().addKeyValue("sink", name).log("A notifier stops");
    }
  }

  /** Returns how long to wait before the same is tried again; empty where it is done with. */
  private Optional<Duration> deliver(Item item, int failures) throws InterruptedException {
    var notice = item.notice();
    return switch (attempt(notice)) {
      case DeliveryResult.Delivered(int status) ->
          done(item, Outcome.DELIVERED, "answered " + status);
      case DeliveryResult.Refused(String why) -> done(item, Outcome.REFUSED, why);
      case DeliveryResult.Later(String why, var _)
          when notice
              .at()
              .plus(desk.terms().patience().giveUp())
              .isBefore(desk.terms().time().instant()) ->
          done(item, Outcome.GIVEN_UP, why);
      case DeliveryResult.Later(String why, var after) -> {
        note(notice, Outcome.RETRIED, why);
        yield Optional.of(desk.terms().patience().after(failures + 1, after, random));
      }
    };
  }

  /** A bug in one sink must not end its courier. */
  private DeliveryResult attempt(AlertNotification notice) throws InterruptedException {
    try {
      return desk.post().send(sink.request(notice, desk.terms().time().instant()));
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("sink", name).setCause(e).log("A notice can't be sent");
      return new DeliveryResult.Refused("internal fault: " + e.getClass().getSimpleName());
    }
  }

  private Optional<Duration> done(Item item, Outcome outcome, String detail) {
    note(item.notice(), outcome, detail);
    pending.drop(item);
    return Optional.empty();
  }

  private void note(AlertNotification notice, Outcome outcome, String why) {
    String detail = SecretRegistry.hidden(why); // an exception may quote the address
    desk.deliveries().write(new Line(desk.terms().time().instant(), name, notice, outcome, detail));
    desk.terms().tally().accept(name, outcome.word());
    if (outcome != Outcome.DELIVERED) {
      LOG.atWarn()
          .addKeyValue("sink", name)
          .addKeyValue("outcome", outcome.word())
          .addKeyValue("reason", detail)
          .log("A notice was not delivered");
    }
  }
}
