package dev.deployclaw.container.query;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.verify.DocumentDerivation;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogOutline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * What executions came to, by their logs and without their records. The log of one that rests is
 * read once, and again when it was written since: lists and alerts ask for the same ones again and
 * again. Of a long log the ends are read, also in the bucket, and said to be. Any thread.
 */
final class ExecutionSummaries {
  private static final int MOST_KEPT = 1_000;

  /** The fields of a row in a list. */
  static final List<String> ROW =
      List.of(
          ("execution_id timestamp request requester result duration_seconds epoch"
                  + " rollback_of reason outline")
              .split(" ", -1));

  private final Journal journal;
  private final SequencedMap<String, CachedSummary> kept = new LinkedHashMap<>();

  ExecutionSummaries(Journal journal) {
    this.journal = journal;
  }

  private record CachedSummary(String version, Map<String, Object> fields) {}

  /**
   * The fields of its document; empty where it has no log here.
   *
   * @throws dev.deployclaw.audit.record.DamagedJournalException when its log is
   */
  Optional<Map<String, Object>> of(String execution) {
    var version = journal.version(execution); // asked first: what is written since is another one
    var known = version.flatMap(now -> known(execution, now));
    if (known.isPresent()) {
      return known;
    }
    var document = outline(execution).or(() -> whole(execution));
    document
        .filter(read -> !read.result().equals(DocumentDerivation.UNFINISHED))
        .ifPresent(read ->
            version.ifPresent(now -> keep(execution, new CachedSummary(now, fields(read)))));
    return document.map(ExecutionSummaries::fields);
  }

  private Optional<ExecutionDocument> whole(String execution) {
    return Optional.of(journal.read(execution))
        .filter(records -> !records.isEmpty())
        .map(ExecutionDocument::of);
  }

  /**
   * The document of a long log without steps and records; empty where it isn't long.
   *
   * @throws dev.deployclaw.audit.record.DamagedJournalException when an end of its log is
   */
  Optional<ExecutionDocument> outline(String execution) {
    return journal.outline(execution).map(ExecutionSummaries::outline);
  }

  private static ExecutionDocument outline(LogOutline log) {
    var ends = new ArrayList<>(log.first());
    ends.addAll(log.last());
    var fields = new LinkedHashMap<>(ExecutionDocument.of(ends).fields());
    var audit =
        new LinkedHashMap<>(StrictJson.object((Map<?, ?>) fields.getOrDefault("audit", Map.of())));
    audit.put("records", log.records());
    fields.put("audit", audit);
    fields.put("thought_log", List.of());
    fields.put("records", List.of());
    fields.put("outline", true);
    return new ExecutionDocument(fields);
  }

  private static Map<String, Object> fields(ExecutionDocument document) {
    var keys = Stream.concat(ROW.stream(), Stream.of("rollback_available")).toList();
    return OutcomeDocuments.picked(document.fields(), keys);
  }

  private Optional<Map<String, Object>> known(String execution, String version) {
    synchronized (kept) {
      return Optional.ofNullable(kept.get(execution))
          .filter(one -> one.version().equals(version))
          .map(CachedSummary::fields);
    }
  }

  /** The one that was read longest ago goes. */
  private void keep(String execution, CachedSummary read) {
    synchronized (kept) {
      kept.remove(execution);
      kept.put(execution, read);
      if (kept.size() > MOST_KEPT) {
        kept.remove(kept.firstEntry().getKey());
      }
    }
  }
}
