package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.StateStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * A strictly serializable store in memory. It refuses what etcd refuses, and writes without the
 * current term, which etcd would take: no agent may ever send one. One object serves all agents.
 */
public final class FakeStateStore implements StateStore {
  private static final int MOST = 128;
  private static final int MOST_BYTES = 1_500_000;

  private final ConcurrentSkipListMap<String, Entry> entries = new ConcurrentSkipListMap<>();
  private final List<Consumer<FakeStateStore>> watchers = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private long revision = 1;
  private boolean lenient;
  private volatile boolean reachable = true;
  private Fate next = Fate.ANSWERED;
  private Optional<Transaction> late = Optional.empty();

  /** What becomes of the next commit-like transaction. */
  public enum Fate {
    ANSWERED,
    /** It is applied, and the answer is lost. */
    APPLIED_ANSWER_LOST,
    /** It is applied, the answer is lost, and from then on the store can't be reached. */
    APPLIED_THEN_CUT,
    /** It is not applied, and the caller can't tell. */
    LOST,
    /** It is not applied, the answer is lost, and from then on the store can't be reached. */
    LOST_THEN_CUT,
    /** The caller can't tell; it is applied right before the next transaction. */
    LATE
  }

  /** The fate of the next transaction that moves a key. */
  private String fatedKey = "";

  public synchronized void reachable(boolean now) {
    reachable = now;
  }

  /** The next transaction that writes {@code key} meets this fate. */
  public synchronized void fate(String key, Fate fate) {
    fatedKey = key;
    next = fate;
  }

  /** Another store that holds the same, and is watched by nobody. */
  synchronized FakeStateStore copy() {
    var copy = new FakeStateStore();
    copy.entries.putAll(entries);
    copy.violations.addAll(violations);
    copy.revision = revision;
    copy.lenient = lenient;
    return copy;
  }

  /** From now on it takes writes without the term, as etcd would, and remembers that it did. */
  public synchronized void lenient() {
    lenient = true;
  }

  /** What an agent must never have sent. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** Called after every applied transaction, within it. */
  public synchronized void watch(Consumer<FakeStateStore> watcher) {
    watchers.add(watcher);
  }

  /** All leases run out: the leader's key is gone. */
  public synchronized void expireLeases() {
    entries.remove("leader");
    revision++;
  }

  /** What a participant of the store itself writes; not under the term. */
  public synchronized void put(String key, byte[] value) {
    revision++;
    write(new Write.Put(key, value));
  }

  public synchronized void delete(String key) {
    revision++;
    entries.remove(key);
  }

  /** It is what it was once: all that was written since is gone. */
  public synchronized void restore(List<Entry> backup) {
    entries.clear();
    backup.forEach(e -> entries.put(e.key(), e));
  }

  /**
   * Takes no lock: a participant asks it in the midst of a call, and a watcher asks participants.
   */
  @Override
  public Optional<Entry> get(String key) {
    scope();
    return Optional.ofNullable(entries.get(key));
  }

  @Override
  public synchronized List<Entry> list(String prefix) {
    scope();
    return List.copyOf(entries.subMap(prefix, prefix + Character.MAX_VALUE).values());
  }

  @Override
  public synchronized Result transact(Transaction transaction) {
    scope();
    strict(transaction);
    late.ifPresent(this::apply);
    late = Optional.empty();
    var fate = fate(transaction);
    if (fate == Fate.LATE) {
      late = Optional.of(transaction);
    }
    if (fate == Fate.LOST || fate == Fate.LATE) {
      return new Result.Unknown("no answer");
    }
    boolean applied = fate != Fate.LOST_THEN_CUT && apply(transaction);
    if (fate == Fate.ANSWERED) {
      return applied ? new Result.Applied(revision) : new Result.Refused();
    }
    reachable = fate != Fate.APPLIED_THEN_CUT && fate != Fate.LOST_THEN_CUT;
    return new Result.Unknown("no answer");
  }

  private boolean apply(Transaction transaction) {
    if (!transaction.conditions().stream().allMatch(this::holds)) {
      return false;
    }
    revision++;
    transaction.writes().forEach(this::write);
    watchers.forEach(w -> w.accept(this));
    return true;
  }

  @Override
  public synchronized Optional<Leadership> stand(String name, Duration lease) {
    scope();
    if (entries.containsKey("leader")) {
      return Optional.empty();
    }
    long term = term() + 1;
    revision++;
    write(new Write.Put("leader", text(name)));
    write(new Write.Put("term", text(Long.toString(term))));
    return Optional.of(new Led(name, term, revision));
  }

  @Override
  public void close() {}

  private long term() {
    var entry = entries.get("term");
    return entry == null ? 0 : Long.parseLong(new String(entry.value(), StandardCharsets.UTF_8));
  }

  private Fate fate(Transaction transaction) {
    boolean meant =
        next != Fate.ANSWERED
            && transaction.writes().stream()
                .anyMatch(w -> w instanceof Write.Put put && put.key().equals(fatedKey));
    var fate = meant ? next : Fate.ANSWERED;
    next = meant ? Fate.ANSWERED : next;
    return fate;
  }

  private void strict(Transaction transaction) {
    boolean termed =
        transaction.conditions().stream()
            .anyMatch(c ->
                (c instanceof Condition.Holds h && h.key().equals("term"))
                    || (c instanceof Condition.Absent a && a.key().equals("term")));
    if (!termed && !lenient) {
      throw new AssertionError("a write without the term: " + transaction.writes());
    }
    if (!termed) {
      violations.add("I8: a write without the term: " + keys(transaction));
    }
    if (transaction.conditions().size() > MOST || transaction.writes().size() > MOST) {
      throw new AssertionError("more than etcd takes");
    }
    int bytes = 0;
    var keys = new HashSet<String>();
    for (var write : transaction.writes()) {
      if (!keys.add(key(write))) {
        throw new AssertionError("duplicate key given in txn request: " + key(write));
      }
      bytes += write instanceof Write.Put put ? put.value().length : 0;
    }
    if (bytes > MOST_BYTES) {
      throw new AssertionError("request is too large: " + keys);
    }
  }

  private static List<String> keys(Transaction transaction) {
    return transaction.writes().stream().map(FakeStateStore::key).toList();
  }

  private static String key(Write write) {
    return switch (write) {
      case Write.Put put -> put.key();
      case Write.Delete delete -> delete.key();
      case Write.Clear clear -> clear.prefix();
    };
  }

  private boolean holds(Condition condition) {
    return switch (condition) {
      case Condition.Absent(String key) -> !entries.containsKey(key);
      case Condition.Unmoved(String key, long at) ->
          entries.containsKey(key) && entries.get(key).modRevision() == at;
      case Condition.Holds(String key, byte[] value) ->
          entries.containsKey(key) && Arrays.equals(entries.get(key).value(), value);
    };
  }

  private void write(Write write) {
    switch (write) {
      case Write.Put(String key, byte[] value) -> {
        var before = entries.get(key);
        long created = before == null ? revision : before.createRevision();
        entries.put(key, new Entry(key, value.clone(), created, revision));
      }
      case Write.Delete(String key) -> entries.remove(key);
      case Write.Clear(String prefix) -> entries.keySet().removeIf(key -> key.startsWith(prefix));
    }
  }

  private void scope() {
    if (!reachable) {
      throw new Unreachable("connection refused", new IllegalStateException("cut"));
    }
  }

  private static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  /** A lease on the leader's key. */
  private final class Led implements Leadership {
    private final String name;
    private final long term;
    private final long at;

    Led(String name, long term, long at) {
      this.name = name;
      this.term = term;
      this.at = at;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long term() {
      return term;
    }

    @Override
    public List<Condition> conditions() {
      return List.of(
          new Condition.Unmoved("leader", at),
          new Condition.Holds("term", text(Long.toString(term))));
    }

    @Override
    public boolean holds() {
      synchronized (FakeStateStore.this) {
        var entry = entries.get("leader");
        return entry != null && entry.modRevision() == at;
      }
    }

    @Override
    public void close() {
      synchronized (FakeStateStore.this) {
        if (holds()) {
          delete("leader");
        }
      }
    }
  }
}
