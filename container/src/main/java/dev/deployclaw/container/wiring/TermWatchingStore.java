package dev.deployclaw.container.wiring;

import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A state store that notices that it was restored from a backup: this process leads for an older
 * term than before. Executor hosts refuse such a leader as deposed until they are started again.
 * Any thread.
 */
final class TermWatchingStore extends ForwardingStateStore {
  private static final Logger LOG = LoggerFactory.getLogger(TermWatchingStore.class);

  private final Restoration restoration;
  private long latest;

  /** What is done before the leader of the older term acts. */
  @FunctionalInterface
  interface Restoration {
    void happened() throws InterruptedException;
  }

  TermWatchingStore(StateStore store, Restoration restoration) {
    super(store);
    this.restoration = restoration;
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
    var leadership = super.stand(name, lease);
    if (leadership.isPresent()) {
      compare(leadership.get());
    }
    return leadership;
  }

  private synchronized void compare(Leadership leadership) throws InterruptedException {
    long term = leadership.term();
    if (term < latest) {
      LOG.atError()
          .addKeyValue("term", term)
          .addKeyValue("before", latest)
          .log("The state store was restored from a backup: executor hosts are started again");
      try {
        restoration.happened();
      } catch (InterruptedException e) {
        leadership.close();
        throw e;
      }
    }
    latest = term;
  }
}
