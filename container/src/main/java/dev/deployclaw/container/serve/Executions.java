package dev.deployclaw.container.serve;

import dev.deployclaw.audit.DamagedJournal;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.verify.Derivation;
import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.core.log.BucketAway;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.task.TaskRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Tells of executions: those that wait, those at work, and those of the past. Any thread. */
public final class Executions {
  /** How a task that waits stands; no record says it. */
  public static final String QUEUED = "QUEUED";

  private static final int MOST_AT_ONCE = 128;
  private static final String END = Phase.END.word();

  private static final List<String> SUMMARY =
      List.of(
          "execution_id",
          "timestamp",
          "request",
          "requester",
          "result",
          "duration_seconds",
          "epoch",
          "rollback_of",
          "reason");

  private final Journal journal;
  private final HeadSigner signer;
  private final ThoughtFeed feed;
  private final Turns turns;
  private final Desk desk;

  Executions(Journal journal, HeadSigner signer, ThoughtFeed feed, Turns turns) {
    this.journal = journal;
    this.signer = signer;
    this.feed = feed;
    this.turns = turns;
    this.desk = turns.desk();
  }

  /**
   * Some executions, newest first.
   *
   * @param summaries the documents' first fields
   * @param next the last one's id, where there are more
   */
  public record Page(List<Map<String, Object>> summaries, Optional<String> next) {
    public Page {
      summaries = List.copyOf(summaries);
    }
  }

  /**
   * @param after begin behind this execution, which has to be known
   */
  public Page page(int limit, Optional<String> after) {
    var newestFirst = journal.known().reversed();
    int from = after.map(id -> newestFirst.indexOf(id) + 1).orElse(0);
    int until = Math.min(newestFirst.size(), from + limit);
    var ids = newestFirst.subList(from, until);
    var summaries = ids.stream().map(this::summary).toList();
    return new Page(
        summaries,
        until < newestFirst.size() && !ids.isEmpty()
            ? Optional.of(ids.getLast())
            : Optional.empty());
  }

  public boolean known(String execution) {
    return desk.busyWith(execution) || !journal.read(execution).isEmpty();
  }

  /** The document as {@code log --json} gives it, of a running one too; empty for none. */
  public Optional<ExecutionDocument> document(String execution) {
    var records = journal.read(execution);
    return records.isEmpty()
        ? desk.request(execution).map(request -> queued(execution, request))
        : Optional.of(ExecutionDocument.of(records, signer));
  }

  /** The executions that wait for the worker, the next one first. */
  public List<String> waiting() {
    return desk.waiting();
  }

  /**
   * Some records.
   *
   * @param more whether there are more behind them
   * @param rests whether nothing more comes for now: it has ended or is held, no job is about it,
   *     and these are its last records
   */
  public record Batch(List<Sealed> records, boolean more, boolean rests) {
    public Batch {
      records = List.copyOf(records);
    }
  }

  /** The records after a number, from memory where that will do. */
  public Batch since(String execution, long seq) {
    boolean busy = desk.busyWith(execution);
    // with the one before, since it may be the last of all
    long before = Math.max(0, seq - 1);
    var all = feed.after(execution, before).orElseGet(() -> read(execution, before));
    var fresh = all.stream().filter(s -> s.head().seq() > seq).toList();
    boolean more = fresh.size() > MOST_AT_ONCE;
    boolean ended = !all.isEmpty() && ends(all.getLast());
    return new Batch(more ? fresh.subList(0, MOST_AT_ONCE) : fresh, more, ended && !busy && !more);
  }

  /** Calls {@code wake} at each new record until closed. */
  public AutoCloseable subscribe(String execution, Runnable wake) {
    return feed.subscribe(execution, wake);
  }

  private List<Sealed> read(String execution, long seq) {
    var records = journal.read(execution);
    return IntStream.range(0, records.size())
        .filter(i -> i + 1 > seq)
        .mapToObj(i -> new Sealed(records.get(i), new Head(i + 1L, "")))
        .toList();
  }

  private static boolean ends(Sealed sealed) {
    try {
      return END.equals(Json.parseObject(sealed.bytes()).get("phase"));
    } catch (Json.Malformed e) {
      throw new IllegalStateException("a record isn't JSON", e);
    }
  }

  private Map<String, Object> summary(String execution) {
    var out = new LinkedHashMap<String, Object>();
    try {
      var fields = document(execution).map(ExecutionDocument::fields).orElse(Map.of());
      SUMMARY.forEach(key -> {
        if (fields.containsKey(key)) {
          out.put(key, fields.get(key));
        }
      });
    } catch (DamagedJournal | BucketAway e) {
      out.put("result", "UNKNOWN");
      out.put("reason", String.valueOf(e.getMessage()));
    }
    out.putIfAbsent("execution_id", execution);
    return out;
  }

  private ExecutionDocument queued(String execution, TaskRequest request) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("execution_id", execution);
    fields.put("agent", Derivation.AGENT);
    fields.put("timestamp", request.received().toString());
    fields.put("request", request.text());
    fields.put("requester", request.requester());
    fields.put("thought_log", List.of());
    fields.put("result", QUEUED);
    fields.put("reason", turns.waitsFor(execution));
    return new ExecutionDocument(Json.object(fields));
  }
}
