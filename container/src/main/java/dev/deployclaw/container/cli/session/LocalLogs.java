package dev.deployclaw.container.cli.session;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.container.config.AgentConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The logs of this machine, without the agent: the bucket is asked only for one that lies there
 * alone.
 */
public record LocalLogs(FileJournal journal, LazyObjectStore bucket) implements AutoCloseable {
  private static final String LAST = "last";

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
    if (idOrLast.equals(LAST)) {
      return known.isEmpty() ? Optional.empty() : Optional.of(known.getLast());
    }
    return Optional.of(idOrLast).filter(known::contains);
  }

  public List<byte[]> read(String execution) {
    return journal.read(execution);
  }

  @Override
  public void close() {
    try (bucket) {
      journal.close();
    }
  }
}
