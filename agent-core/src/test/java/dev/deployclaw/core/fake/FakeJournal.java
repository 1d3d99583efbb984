package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogClaims;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.core.spi.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Records by execution, in memory. As a file's, each is the one after the last. */
public final class FakeJournal implements Journal {
  private final Map<String, List<byte[]>> records = new TreeMap<>();
  private final Map<SupersededRecords, List<byte[]>> moved = new LinkedHashMap<>();
  private final Map<String, String> left = new TreeMap<>();
  private String claimed = "";
  private StreamCopy copy = StreamCopy.NONE;

  /** What is known of the stream from now on. */
  public synchronized void stream(StreamCopy known) {
    copy = known;
  }

  /** Somebody changes a record where it is kept, and nothing else. */
  public synchronized void tamper(String execution, int seq) {
    var kept = records.getOrDefault(execution, List.of());
    String text = new String(kept.get(seq - 1), StandardCharsets.UTF_8);
    String other = text.replace("\"detail\":\"", "\"detail\":\"not ");
    kept.set(seq - 1, other.getBytes(StandardCharsets.UTF_8));
  }

  /** Another process of the machine writes that log; none, where it is empty. */
  public synchronized void claimedElsewhere(String execution) {
    claimed = execution;
  }

  @Override
  public LogClaims claims() {
    return new LogClaims() {
      @Override
      public void claim(String execution) {}

      @Override
      public void release(String execution) {}

      @Override
      public boolean another(String execution) {
        return claimed.equals(execution);
      }
    };
  }

  synchronized FakeJournal copy() {
    var copy = new FakeJournal();
    records.forEach((execution, kept) -> copy.records.put(execution, new ArrayList<>(kept)));
    copy.moved.putAll(moved);
    copy.left.putAll(left);
    return copy;
  }

  @Override
  public synchronized StreamCopy stream() {
    return copy;
  }

  @Override
  public synchronized void append(String execution, SealedRecord sealed) {
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
  public synchronized List<String> known() {
    var known = new TreeSet<>(records.keySet());
    known.addAll(left.keySet());
    return List.copyOf(known);
  }

  /** Removes the records of a log; what is left is where its copy is. */
  synchronized void letGo(String execution, String head) {
    records.remove(execution);
    left.put(execution, head);
  }

  /** The head of a log that left. */
  public synchronized Optional<String> left(String execution) {
    return Optional.ofNullable(records.containsKey(execution) ? null : left.get(execution));
  }

  @Override
  public synchronized void supersede(String execution, long after) {
    var kept = records.getOrDefault(execution, List.of());
    if (after < kept.size()) {
      var tail = kept.subList((int) after, kept.size());
      var lost = new SupersededRecords(execution, after + 1, execution + "." + (after + 1));
      moved.put(lost, List.copyOf(tail));
      tail.clear();
    }
  }

  @Override
  public synchronized List<SupersededRecords> superseded() {
    return List.copyOf(moved.keySet());
  }

  @Override
  public synchronized List<byte[]> read(SupersededRecords lost) {
    return moved.getOrDefault(lost, List.of());
  }

  @Override
  public Shipping flush(Duration atMost) {
    return new Shipping(0, 0, "");
  }

  @Override
  public void close() {}

  /** As a process reaches it: a dead one appends nothing. */
  Journal over(AgentWire wire, ObjectStore bucket) {
    return new WiredJournal(this, wire, bucket);
  }
}
