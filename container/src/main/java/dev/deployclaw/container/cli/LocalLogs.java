package dev.deployclaw.container.cli;

import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.LogCopies;
import dev.deployclaw.container.config.Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The logs of this machine, without the agent: the bucket is asked only for one that lies there
 * alone.
 */
record LocalLogs(FileJournal journal, LateBucket bucket) implements AutoCloseable {
  private static final String LAST = "last";

  static LocalLogs open(Path stateDir, Optional<Config> config) {
    var bucket = new LateBucket(config);
    var journal =
        HeadSigner.find(stateDir)
            .map(signer -> FileJournal.open(stateDir, LogCopies.of(stateDir, bucket, signer)))
            .orElseGet(() -> FileJournal.open(stateDir));
    return new LocalLogs(journal, bucket);
  }

  /** The execution that is meant; empty where there is no such. */
  Optional<String> find(String idOrLast) {
    var known = journal.known();
    if (idOrLast.equals(LAST)) {
      return known.isEmpty() ? Optional.empty() : Optional.of(known.getLast());
    }
    return Optional.of(idOrLast).filter(known::contains);
  }

  List<byte[]> read(String execution) {
    return journal.read(execution);
  }

  @Override
  public void close() {
    try (bucket) {
      journal.close();
    }
  }
}
