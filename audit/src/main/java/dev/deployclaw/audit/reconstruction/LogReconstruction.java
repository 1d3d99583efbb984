package dev.deployclaw.audit.reconstruction;

import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Puts a log together from copies of its records, after the machine that wrote it is gone. It
 * begins at the head that the state store has of the log, and goes back from each record to the one
 * whose hash it names: the holder of a copy can leave records out, and can't add any. Pure; for one
 * thread.
 */
public final class LogReconstruction {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final String execution;
  private final LogHead head;
  private final Map<String, Copy> byHash = new HashMap<>();
  private final Set<Long> numbers = new HashSet<>();
  private final NavigableMap<Long, Copy> anchors = new TreeMap<>();

  private LogReconstruction(String execution, LogHead head) {
    this.execution = execution;
    this.head = head;
  }

  /** A record that is what its hash says; whether it belongs to the log is another question. */
  private record Copy(long seq, String hash, String prev, String source, byte[] bytes) {}

  /**
   * Numbers without a gap.
   *
   * @param to the last of them
   */
  public record Range(long from, long to) {
    /** For people. */
    @Override
    public String toString() {
      return from == to ? "record " + from : "records " + from + " to " + to;
    }
  }

  /**
   * What a log came to.
   *
   * @param records those that belong to it, in order
   * @param sources how many of them came from where
   * @param lost those that no copy has
   * @param unproven those that a copy has, and of which nothing behind them says that they are the
   *     right ones, since the record that would is lost
   */
  public record Rebuilt(
      LogHead head,
      List<byte[]> records,
      Map<String, Long> sources,
      List<Range> lost,
      List<Range> unproven) {
    public Rebuilt {
      records = List.copyOf(records);
      sources = Map.copyOf(sources);
      lost = List.copyOf(lost);
      unproven = List.copyOf(unproven);
    }

    public boolean whole() {
      return lost.isEmpty();
    }

    /** Whether its last record says how the execution ended. */
    public boolean ended() {
      return !records.isEmpty() && RecordLines.isEnd(records.getLast());
    }
  }

  /**
   * @param head the state store's head of the log
   * @param source what the state store is called
   * @param stored its records of the log: they stand in its transactions, and are taken as they are
   * @throws DamagedJournalException where the head can't be read
   */
  public static LogReconstruction of(
      String execution, byte[] head, String source, List<byte[]> stored) {
    var rebuilding = new LogReconstruction(execution, head(execution, head));
    rebuilding.add(source, stored);
    rebuilding.byHash.values().stream()
        .filter(copy -> copy.seq() <= rebuilding.head.seq())
        .forEach(copy -> rebuilding.anchors.put(copy.seq(), copy));
    return rebuilding;
  }

  /** The log's last record, by the state store. */
  public LogHead head() {
    return head;
  }

  /** Takes more copies, in any order, of this log or others. */
  public void add(String source, List<byte[]> records) {
    for (byte[] bytes : records) {
      // what is no record can't be the one that a hash names
      StrictJson.findObject(bytes).ifPresent(fields -> add(source, bytes, fields));
    }
  }

  private void add(String source, byte[] bytes, Map<String, Object> entry) {
    boolean canonical =
        JsonFormatter.canonical(entry).equals(new String(bytes, StandardCharsets.UTF_8));
    if (canonical
        && execution.equals(entry.get("execution_id"))
        && entry.get("seq") instanceof Long seq
        && entry.get("prev") instanceof String prev
        && entry.get("hash") instanceof String hash
        && HashChainChecker.hash(entry).equals(hash)) {
      numbers.add(seq);
      byHash.putIfAbsent(hash, new Copy(seq, hash, prev, source, bytes));
    }
  }

  /**
   * What the copies come to.
   *
   * @throws DamagedJournalException where all are there, and no verifier would take their chain
   */
  public Rebuilt rebuilt() {
    var found = new TreeMap<Long, Copy>();
    var lost = new ArrayList<Range>();
    var unproven = new ArrayList<Range>();
    var at = head;
    while (at.seq() > 0) {
      var copy = byHash.get(at.hash());
      if (copy != null && copy.seq() == at.seq()) {
        found.put(at.seq(), copy);
        at = new LogHead(at.seq() - 1, copy.prev());
      } else {
        at = overGap(at.seq(), lost, unproven);
      }
    }
    var records = found.values().stream().map(Copy::bytes).toList();
    if (lost.isEmpty()) {
      var _ = RecordFile.check(execution, records);
    }
    return new Rebuilt(head, records, sources(found), lost.reversed(), unproven.reversed());
  }

  /** Goes back to the state store's record before one that is lost; to the beginning without. */
  private LogHead overGap(long missing, List<Range> lost, List<Range> unproven) {
    var below = anchors.lowerEntry(missing);
    var next = below == null ? LogHead.START : new LogHead(below.getKey(), below.getValue().hash());
    note(missing, lost);
    for (long n = missing - 1; n > next.seq(); n--) {
      note(n, numbers.contains(n) ? unproven : lost);
    }
    return next;
  }

  /** Numbers come in descending order. */
  private static void note(long n, List<Range> ranges) {
    if (!ranges.isEmpty() && ranges.getLast().from() == n + 1) {
      ranges.set(ranges.size() - 1, new Range(n, ranges.getLast().to()));
    } else {
      ranges.add(new Range(n, n));
    }
  }

  private static Map<String, Long> sources(SortedMap<Long, Copy> found) {
    var out = new TreeMap<String, Long>();
    found.values().forEach(copy -> out.merge(copy.source(), 1L, Long::sum));
    return out;
  }

  private static LogHead head(String execution, byte[] bytes) {
    var fields = StrictJson.findObject(bytes).orElse(Map.of());
    if (fields.get("seq") instanceof Long seq
        && seq > 0
        && seq <= RecordLines.MOST_RECORDS
        && fields.get("hash") instanceof String hash
        && HASH.matcher(hash).matches()) {
      return new LogHead(seq, hash);
    }
    throw new DamagedJournalException(execution, "the state store's head of it can't be read");
  }
}
