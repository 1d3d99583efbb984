package dev.deployclaw.container.cli.session;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The logs of this machine, without the agent: the bucket is asked only for one that lies there
 * alone.
 */
public record LocalLogs(FileJournal journal, LazyObjectStore bucket) implements AutoCloseable {
  public static LocalLogs open(Path stateDir, Optional<AgentConfig> config) {
    var bucket = new LazyObjectStore(config);
    var journal =
        HeadSigner.find(stateDir)
            .map(signer -> FileJournal.open(stateDir, LogCopyVerifier.of(stateDir, bucket, signer)))
            .orElseGet(() -> FileJournal.open(stateDir));
    return new LocalLogs(journal, bucket);
  }

  /** The execution that is meant; empty where there is no such. */
  public Optional<String> find(String idOrLast) {
    var known = journal.known();
    if (idOrLast.equals("last")) {
      return known.isEmpty() ? Optional.empty() : Optional.of(known.getLast());
    }
    return Optional.of(idOrLast).filter(known::contains);
  }

  @Override
  public void close() {
    try (bucket) {
      journal.close();
    }
  }

  /**
   * The configured bucket for commands that mostly need none: it is connected to at the first call.
   * For one thread.
   */
  static final class LazyObjectStore implements ObjectStore {
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
}
