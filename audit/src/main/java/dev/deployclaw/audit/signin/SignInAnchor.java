package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The end of a state folder's sign-in logs in the state store, by which an agent finds at its start
 * what was changed or removed while none served. One thread at a time.
 */
public final class SignInAnchor {
  /** Folders whose ends are kept; the one that was written longest ago makes room. */
  static final int MOST_FOLDERS = 256;

  private final StateStore state;
  private final String folder;
  private final String key;
  private boolean compared;

  /**
   * @param folder its name among those of all machines
   */
  public SignInAnchor(StateStore state, String folder) {
    this.state = state;
    this.folder = folder;
    this.key = StoreKeys.SIGN_INS + CanonicalJson.sha256(folder);
  }

  /**
   * Compares the logs with what is kept, and from then on keeps where they end.
   *
   * @return what is missing, until a record tells it; what is kept stays until then, and while the
   *     journal couldn't tell what it found itself
   * @throws StateStore.Unreachable when the store can't be asked
   * @throws dev.deployclaw.core.log.BucketUnavailableException when the log lies there alone
   */
  public Optional<String> settle(SignInJournal journal) throws InterruptedException {
    var kept = state.get(key);
    Optional<String> missing =
        (compared ? Optional.<Entry>empty() : kept)
            .flatMap(entry -> missing(entry.value(), journal))
            .filter(what -> !journal.told(what));
    compared = missing.isEmpty();
    if (compared && journal.isTold()) {
      keep(kept, journal.end());
    }
    return missing;
  }

  private static Optional<String> missing(byte[] kept, SignInJournal journal) {
    return read(kept)
        .map(journal::missing)
        .orElseGet(() -> Optional.of("what the state store has of them can't be read"));
  }

  private static Optional<SignInLogEnd> read(byte[] kept) {
    var f = StrictJson.findObject(kept).orElse(Map.of());
    return f.get("log") instanceof String log
            && f.get("records") instanceof Long records
            && f.get("head") instanceof String head
        ? Optional.of(new SignInLogEnd(log, new LogHead(records, head)))
        : Optional.empty();
  }

  /** Without an answer it is written again by the next call. */
  private void keep(Optional<Entry> kept, SignInLogEnd end) throws InterruptedException {
    var fields = new TreeMap<>(end.map());
    fields.put("folder", folder);
    byte[] value = CanonicalJson.bytes(fields);
    if (end.equals(SignInLogEnd.NONE)
        || kept.filter(entry -> Arrays.equals(entry.value(), value)).isPresent()) {
      return;
    }
    var writes = new ArrayList<Write>(List.of(new Write.Put(key, value)));
    if (kept.isEmpty()) {
      crowded().ifPresent(oldest -> writes.add(new Write.Delete(oldest)));
    }
    var conditions = List.of(Condition.unmoved(key, kept), CurrentTermCondition.of(state));
    var _ = state.transact(new Transaction(conditions, writes));
  }

  private Optional<String> crowded() throws InterruptedException {
    var all = state.revisions(StoreKeys.SIGN_INS);
    return all.size() < MOST_FOLDERS
        ? Optional.empty()
        : all.entrySet().stream().min(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }
}
