package dev.deployclaw.audit.export;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogOutline;
import dev.deployclaw.policy.diff.FieldDifference;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds logs of a machine by time, person and tenant, the newest first, and verifies each that it
 * reads. For one thread.
 *
 * @param journal where the logs are
 * @param ends what checks their signatures
 */
public record LogSearch(Journal journal, LogEndVerifier ends) {
  /** Logs that are read for one page, however few of them are found. */
  private static final int MOST_READ = 200;

  /**
   * Records of those logs; the one that comes to as many is the last that is read. One that has
   * more by itself isn't verified for a page.
   */
  private static final int MOST_RECORDS = 20_000;

  /**
   * What is looked for.
   *
   * @param person who asked or approved; empty for anybody
   * @param tenant whose limits a plan changes; empty for any
   * @param after begin behind this execution
   * @param limit the most logs of a page
   */
  public record Query(
      ExportPeriod period, String person, String tenant, Optional<String> after, int limit) {}

  /**
   * Some logs.
   *
   * @param logs for JSON; one that can't be read or verified is among them, whatever is looked for
   * @param read how many were read for them
   * @param next behind which the next page begins; empty where none is left
   */
  public record Page(List<Map<String, Object>> logs, int read, Optional<String> next) {
    public Page {
      logs = List.copyOf(logs);
    }
  }

  public Page find(Query query) {
    return find(query, MOST_RECORDS);
  }

  Page find(Query query, int mostRecords) {
    var newestFirst = journal.known().reversed();
    int at = query.after().map(id -> newestFirst.indexOf(id) + 1).orElse(0);
    int last = Math.min(newestFirst.size(), at + MOST_READ);
    var found = new ArrayList<Map<String, Object>>();
    int read = 0;
    int records = 0;
    while (at < last && found.size() < query.limit() && records < mostRecords) {
      var log = log(newestFirst.get(at), query, mostRecords);
      log.row().ifPresent(found::add);
      records += log.records();
      at++;
      read++;
    }
    return new Page(
        found,
        read,
        at < newestFirst.size() && read > 0
            ? Optional.of(newestFirst.get(at - 1))
            : Optional.empty());
  }

  /**
   * A log that was read.
   *
   * @param records of it
   * @param row empty where it isn't looked for
   */
  private record ReadLog(int records, Optional<Map<String, Object>> row) {}

  private ReadLog log(String execution, Query query, int mostRecords) {
    try {
      long left = journal.bucket().recordsLeft(execution);
      long records = Math.max(left, outlined(execution, mostRecords));
      if (records > mostRecords) {
        String which = left > 0 ? " records in the bucket" : " records";
        return unread(
            execution, records + which + " are too many for a page: deployclaw audit verify");
      }
      var log = new VerifiedLogReader(journal, ends).read(execution);
      var row =
          Optional.of(log)
              .filter(one -> one.isIn(query.period()))
              .map(ExecutionSummary::of)
              .filter(summary -> isMeant(summary, query))
              .map(LogSearch::row);
      return new ReadLog((int) Math.max(records, log.records().size()), row);
    } catch (BucketUnavailableException e) {
      return unread(execution, String.valueOf(e.getMessage()));
    }
  }

  /** The records of a long log; 0 of another. One that is damaged is the page's last one. */
  private long outlined(String execution, int mostRecords) {
    try {
      return journal.outline(execution).map(LogOutline::records).orElse(0L);
    } catch (DamagedJournalException | UncheckedIOException e) {
      return mostRecords;
    }
  }

  private static ReadLog unread(String execution, String reason) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", execution);
    out.put("verdict", "unknown");
    out.put("reason", reason);
    return new ReadLog(0, Optional.of(out));
  }

  private static boolean isMeant(ExecutionSummary summary, Query query) {
    boolean person =
        query.person().isEmpty()
            || summary.request().requester().equals(query.person())
            || summary.approvals().stream().anyMatch(a -> a.person().equals(query.person()));
    boolean tenant =
        query.tenant().isEmpty()
            || summary.differences().listed().stream()
                .map(FieldDifference::tenant)
                .anyMatch(Optional.of(query.tenant())::equals);
    return summary.log().records().isEmpty() || summary.log().hasFailed() || (person && tenant);
  }

  private static Map<String, Object> row(ExecutionSummary summary) {
    var verdict = summary.verdict();
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", summary.execution());
    summary.time().ifPresent(time -> out.put("time", time.toString()));
    out.put("request", summary.request().text());
    out.put("requester", summary.request().requester());
    out.put("approvers", summary.approvers());
    out.put("result", summary.outcome());
    out.put("records", summary.log().records().size());
    out.put("verdict", verdict.kind().name().toLowerCase(Locale.ROOT));
    if (!verdict.reason().isEmpty()) {
      out.put("reason", verdict.reason());
    }
    verdict.key().ifPresent(key -> out.put("key", key));
    return out;
  }
}
