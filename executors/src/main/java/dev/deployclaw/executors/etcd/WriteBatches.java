package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Write;
import java.util.ArrayList;
import java.util.List;

/** Writes of many keys, cut in order into transactions that etcd takes with its default limits. */
public final class WriteBatches {
  /** One batch's bytes: below etcd's 1.5 MiB a request with room for keys and comparisons. */
  private static final int MOST_BYTES = 1_300_000;

  /** One batch's writes: below etcd's 128 operations. */
  private static final int MOST_WRITES = 120;

  private WriteBatches() {}

  /**
   * A single write that is larger than a batch stands alone, and etcd says what it thinks of it.
   */
  public static List<List<Write>> of(List<Write> writes) {
    List<List<Write>> batches = new ArrayList<>();
    List<Write> batch = new ArrayList<>();
    int size = 0;
    for (Write write : writes) {
      int bytes = bytes(write);
      if (!batch.isEmpty() && (size + bytes > MOST_BYTES || batch.size() == MOST_WRITES)) {
        batches.add(batch);
        batch = new ArrayList<>();
        size = 0;
      }
      batch.add(write);
      size += bytes;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /**
   * What removes an epoch, the manifest first: a removal that stops half way leaves nothing that
   * looks whole.
   */
  public static List<Write> removals(StateStore store, String prefix, String manifest)
      throws InterruptedException {
    List<Write> removals = new ArrayList<>();
    for (Entry entry : store.list(prefix)) {
      var delete = new Write.Delete(entry.key());
      if (entry.key().equals(manifest)) {
        removals.addFirst(delete);
      } else {
        removals.add(delete);
      }
    }
    return removals;
  }

  private static int bytes(Write write) {
    return switch (write) {
      case Write.Put(String key, byte[] value) -> key.length() + value.length;
      case Write.Delete(String key) -> key.length();
      case Write.Clear(String prefix) -> prefix.length();
    };
  }
}
