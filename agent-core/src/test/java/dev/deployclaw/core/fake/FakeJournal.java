package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder.Sealed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Records by execution, in memory. As a file's, each is the one after the last. */
public final class FakeJournal implements Journal {
  private final Map<String, List<byte[]>> records = new TreeMap<>();

  synchronized FakeJournal copy() {
    var copy = new FakeJournal();
    records.forEach((execution, kept) -> copy.records.put(execution, new ArrayList<>(kept)));
    return copy;
  }

  @Override
  public synchronized void append(String execution, Sealed sealed) {
    var kept = records.computeIfAbsent(execution, _ -> new ArrayList<>());
    if (sealed.head().seq() != kept.size() + 1) {
      throw new IllegalStateException(sealed.head().seq() + " can't follow " + kept.size());
    }
    kept.add(sealed.bytes());
  }

  @Override
  public synchronized List<byte[]> read(String execution) {
    return List.copyOf(records.getOrDefault(execution, List.of()));
  }

  @Override
  public synchronized List<String> executions() {
    return List.copyOf(records.keySet());
  }

  @Override
  public Shipping flush(Duration atMost) {
    return new Shipping(0, 0, "");
  }

  @Override
  public void close() {}

  /** As a process reaches it: a dead one appends nothing. */
  Journal over(Wire wire) {
    return new Journal() {
      @Override
      public void append(String execution, Sealed sealed) {
        try {
          wire.call(
              "append",
              () -> {
                FakeJournal.this.append(execution, sealed);
                return true;
              });
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public List<byte[]> read(String execution) {
        return FakeJournal.this.read(execution);
      }

      @Override
      public List<String> executions() {
        return FakeJournal.this.executions();
      }

      @Override
      public Shipping flush(Duration atMost) {
        return FakeJournal.this.flush(atMost);
      }

      @Override
      public void close() {}
    };
  }
}
