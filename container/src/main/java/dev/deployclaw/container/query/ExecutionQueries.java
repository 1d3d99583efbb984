package dev.deployclaw.container.query;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.DocumentDerivation;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.intake.QueuePosition;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.vertx.LogEventBus;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.task.TaskRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells of executions: those that wait, those at work, and those of the past. Any thread. */
public final class ExecutionQueries {
  /** How a task that waits stands; no record says it. */
  public static final String QUEUED = "QUEUED";

  private final Journal journal;
  private final LogTails tails;
  private final ExecutionSummaries summaries;
  private final HeadSigner signer;
  private final LogEventBus logEvents;
  private final QueuePosition positions;
  private final TaskQueue queue;

  /** The logs of this machine, as a whole and as they grow. */
  public record Logs(Journal journal, LogTails tails) {}

  public ExecutionQueries(
      Logs logs, HeadSigner signer, LogEventBus logEvents, QueuePosition positions) {
    this.journal = logs.journal();
    this.tails = logs.tails();
    this.summaries = new ExecutionSummaries(journal);
    this.signer = signer;
    this.logEvents = logEvents;
    this.positions = positions;
    this.queue = positions.queue();
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
    return queue.isBusyWith(execution) || hasLog(execution);
  }

  /**
   * Whether a record of it is here. Of two that are read, so that a first one that is none counts
   * as damage, and not as one that is being written.
   *
   * @throws dev.deployclaw.audit.record.DamagedJournalException when it is
   */
  public boolean hasLog(String execution) {
    return !tails.of(execution, LogHead.START).next(2).records().isEmpty();
  }

  /** The first fields of its document, and whether it can be rolled back; empty for none. */
  public Optional<Map<String, Object>> outcome(String execution) {
    var read = summaries.of(execution);
    return read.isPresent()
        ? read
        : queue.request(execution).map(request -> queued(execution, request).fields());
  }

  /** The document as {@code log --json} gives it, of a running one too; empty for none. */
  public Optional<ExecutionDocument> document(String execution) {
    var records = journal.read(execution);
    return records.isEmpty()
        ? queue.request(execution).map(request -> queued(execution, request))
        : Optional.of(ExecutionDocument.of(records, signer));
  }

  /** The same without steps and records, and unsigned, where the log is long. */
  public Optional<ExecutionDocument> outline(String execution) {
    var outline = summaries.outline(execution);
    return outline.isPresent() ? outline : document(execution);
  }

  /** In the requester's words; empty where this machine has no whole log of it. */
  public String request(String execution) {
    return String.valueOf(summary(execution).getOrDefault("request", ""));
  }

  /** The executions that wait for the worker, the next one first. */
  public List<String> waiting() {
    return queue.waiting();
  }

  /**
   * A way through the log of an execution.
   *
   * @param had the last record that the client has; its hash may be cut short, or empty
   */
  public LogFollower follow(String execution, LogHead had) {
    return new LogFollower(execution, tails.of(execution, had), queue);
  }

  /** Calls {@code wake} at each change of a log until closed. */
  public LogEventBus.Subscription subscribe(String execution, Runnable wake) {
    return logEvents.subscribe(execution, wake);
  }

  private Map<String, Object> summary(String execution) {
    var out = new LinkedHashMap<String, Object>();
    try {
      var fields = outcome(execution).orElse(Map.of());
      out.putAll(OutcomeDocuments.picked(fields, ExecutionSummaries.ROW));
    } catch (DamagedJournalException | BucketUnavailableException e) {
      out.put("result", "UNKNOWN");
      out.put("reason", String.valueOf(e.getMessage()));
    }
    out.putIfAbsent("execution_id", execution);
    return out;
  }

  private ExecutionDocument queued(String execution, TaskRequest request) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("execution_id", execution);
    fields.put("agent", DocumentDerivation.AGENT);
    fields.put("timestamp", request.received().toString());
    fields.put("request", request.text());
    fields.put("requester", request.requester());
    fields.put("thought_log", List.of());
    fields.put("result", QUEUED);
    fields.put("reason", positions.waitsFor(execution));
    return new ExecutionDocument(StrictJson.object(fields));
  }
}
