package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Optional;

/**
 * The configured bucket for commands that mostly need none: it is connected to at the first call.
 * For one thread.
 */
final class LateBucket implements ObjectStore {
  private static final Fault NONE =
      new Fault.Unavailable("no configuration names a bucket: give --config FILE");

  private final Optional<Config> config;
  private Optional<ObjectStore> connected = Optional.empty();

  LateBucket(Optional<Config> config) {
    this.config = config;
  }

  @Override
  public Put create(String name, byte[] bytes) throws InterruptedException {
    var bucket = bucket();
    return bucket.isPresent() ? bucket.get().create(name, bytes) : new Put.Failed(NONE);
  }

  @Override
  public Get read(String name) throws InterruptedException {
    var bucket = bucket();
    return bucket.isPresent() ? bucket.get().read(name) : new Get.Failed(NONE);
  }

  @Override
  public String locate(String name) {
    return bucket().map(b -> b.locate(name)).orElse(name);
  }

  @Override
  public void close() {
    connected.ifPresent(ObjectStore::close);
  }

  private Optional<ObjectStore> bucket() {
    if (connected.isEmpty()) {
      connected = config.map(Agent::bucket);
    }
    return connected;
  }
}
