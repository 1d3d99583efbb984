package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.core.journal.chain.ChainReader;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Writes this machine's logs with the chain of all executions, as verifiers take them. */
public record LogBundle(Journal journal, ChainReader chain, HeadSigner signer) {
  /** How often a log may end while all of them are written. */
  private static final int MOST_TRIES = 5;

  /** Where its documents go. */
  public interface Target {
    /** Before the first one; what was put before is replaced. */
    void begin() throws IOException;

    void put(String file, String document) throws IOException;
  }

  /**
   * What was written.
   *
   * @param here executions whose logs are in it
   * @param elsewhere executions of the chain whose logs are on other machines
   */
  public record Written(HeadChainDocument chain, List<String> here, List<String> elsewhere) {
    public Written {
      here = List.copyOf(here);
      elsewhere = List.copyOf(elsewhere);
    }
  }

  /**
   * The chain is read before and after: where it is the same, it fits the logs.
   *
   * @return empty where executions keep ending
   * @throws Unreachable when the chain can't be read
   */
  public Optional<Written> write(Target target) throws IOException, InterruptedException {
    var before = HeadChainDocument.of(chain.stored(), signer);
    for (int tries = 1; tries <= MOST_TRIES; tries++) {
      var known = new HashSet<>(journal.known());
      var here = before.executions().stream().filter(known::contains).toList();
      target.begin();
      for (String execution : here) {
        var document = ExecutionDocument.of(journal.read(execution), signer);
        target.put(execution + ".json", document.text());
      }
      target.put(BundleVerifier.CHAIN, before.text());
      var now = HeadChainDocument.of(chain.stored(), signer);
      if (now.equals(before)) {
        var elsewhere = before.executions().stream().filter(id -> !known.contains(id)).toList();
        return Optional.of(new Written(before, here, elsewhere));
      }
      before = now;
    }
    return Optional.empty();
  }
}
