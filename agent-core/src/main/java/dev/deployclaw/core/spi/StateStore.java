package dev.deployclaw.core.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The one place that decides: a strictly serializable key-value store (etcd). Keys are relative to
 * the domain's prefix. All reads are linearizable. A store that can't be reached throws {@link
 * Unreachable}: nothing was applied, or nothing was read.
 */
public interface StateStore extends AutoCloseable {
  Optional<Entry> get(String key) throws InterruptedException;

  /** Some entries by their keys, in one snapshot where the store can; those that are there. */
  default List<Entry> get(List<String> keys) throws InterruptedException {
    List<Entry> found = new ArrayList<>();
    for (String key : keys) {
      get(key).ifPresent(found::add);
    }
    return found;
  }

  /** All entries below a prefix, by key. */
  List<Entry> list(String prefix) throws InterruptedException;

  /** The keys below a prefix, in order, without their values. */
  default List<String> keys(String prefix) throws InterruptedException {
    return List.copyOf(revisions(prefix).keySet());
  }

  /** By the keys below a prefix, when each was last written. Values aren't read. */
  default SortedMap<String, Long> revisions(String prefix) throws InterruptedException {
    var found = new TreeMap<String, Long>();
    list(prefix).forEach(entry -> found.put(entry.key(), entry.modRevision()));
    return found;
  }

  /**
   * Applies all writes if all conditions hold, else none.
   *
   * <p>A lost answer is {@link Result.Unknown}: read, never repeat blind.
   */
  Result transact(Transaction transaction) throws InterruptedException;

  /**
   * Stands for election: takes {@code leader} with a lease and raises {@code term}, in one
   * transaction. Empty when somebody else leads.
   */
  Optional<Leadership> stand(String name, Duration lease) throws InterruptedException;

  @Override
  void close();

  /** What is stored under a key, and when it was last written. */
  record Entry(String key, byte[] value, long createRevision, long modRevision) {}

  /** Conditions and writes. The writer adds its leadership by {@link Leadership#conditions()}. */
  record Transaction(List<Condition> conditions, List<Write> writes) {
    public Transaction {
      conditions = List.copyOf(conditions);
      writes = List.copyOf(writes);
    }
  }

  /** What must hold. */
  sealed interface Condition {
    /** That a key is as it was when it was read, or still isn't there. */
    static Condition unmoved(String key, Optional<Entry> read) {
      return read.<Condition>map(e -> new Unmoved(key, e.modRevision())).orElse(new Absent(key));
    }

    record Absent(String key) implements Condition {}

    /** The key's last change was this revision. */
    record Unmoved(String key, long modRevision) implements Condition {}

    record Holds(String key, byte[] value) implements Condition {}
  }

  /** What is written. */
  sealed interface Write {
    record Put(String key, byte[] value) implements Write {}

    record Delete(String key) implements Write {}

    /** Deletes all that is below a prefix, however much: one operation. */
    record Clear(String prefix) implements Write {}
  }

  /** How a transaction ended. */
  sealed interface Result {
    record Applied(long revision) implements Result {}

    record Refused() implements Result {}

    record Unknown(String reason) implements Result {}
  }

  /** A lease on {@code leader}, kept alive by its owner until closed or lost. */
  interface Leadership extends AutoCloseable {
    String name();

    long term();

    /** That {@code leader} and {@code term} are still mine: compared in every transaction. */
    List<Condition> conditions();

    /** False from the moment the lease may have run out, by the local monotonic clock. */
    boolean holds();

    /** Gives the lease back. */
    @Override
    void close();
  }

  /** The store can't be reached, or refuses this client. */
  final class Unreachable extends RuntimeException {
    public Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
