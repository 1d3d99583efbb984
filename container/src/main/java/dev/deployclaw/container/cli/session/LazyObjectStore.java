package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Optional;

/**
 * The configured bucket for commands that mostly need none: it is connected to at the first call.
 * For one thread.
 */
final class LazyObjectStore implements ObjectStore {
  private static final CallFault NONE =
      new CallFault.Unavailable("no configuration names a bucket: give --config FILE");

  private final Optional<AgentConfig> config;
  private Optional<ObjectStore> connected = Optional.empty();

  LazyObjectStore(Optional<AgentConfig> config) {
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
      connected = config.map(AgentRuntime::bucket);
    }
    return connected;
  }
}
