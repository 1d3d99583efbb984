package dev.deployclaw.container.vertx;

import dev.deployclaw.core.log.NotifyingJournal;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;

/**
 * Tells on the event bus that a log has something new. The message holds no record: consumers read
 * them from the journal at their own pace. Any thread.
 */
public record LogEventBus(LocalEventBus bus) implements NotifyingJournal.Listener {
  /** Wakes its owner until it is closed. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  public void appended(String execution, SealedRecord sealed) {
    bus.publish(address(execution), execution);
  }

  @Override
  public void superseded(String execution) {
    bus.publish(address(execution), execution);
  }

  /**
   * Calls {@code wake} at each new record, and when records were taken out of the log, on the
   * caller's Vert.x context; until closed.
   */
  public Subscription subscribe(String execution, Runnable wake) {
    var consumer = bus.consume(address(execution), _ -> wake.run());
    return () -> {
      var _ = consumer.unregister();
    };
  }

  private static BusAddress<String, Void> address(String execution) {
    return new BusAddress<>("log.changed." + execution, String.class, Void.class);
  }
}
