package dev.deployclaw.container.server;

import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A state store that knows whether this process leads. */
final class LeadershipTrackingStore extends ForwardingStateStore {
  private final AtomicReference<@Nullable Leadership> led = new AtomicReference<>();

  LeadershipTrackingStore(StateStore store) {
    super(store);
  }

  boolean leads() {
    var leadership = led.get();
    return leadership != null && leadership.holds();
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
    var leadership = super.stand(name, lease);
    leadership.ifPresent(led::set);
    return leadership;
  }
}
