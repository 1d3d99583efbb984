package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.journal.StreamDiff.Compared;
import dev.deployclaw.audit.stream.RecordDifference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How the stream differs from the journal.
 *
 * @param unread executions whose journal is damaged, and how
 * @param elsewhere executions in the stream that the journal doesn't know: no difference by itself,
 *     since other machines ship to the same stream
 */
public record StreamDiffView(
    List<Compared> compared, Map<String, String> unread, List<String> elsewhere)
    implements LogVerificationView {
  private static final int MOST_LISTED = 100;

  @Override
  public boolean holds() {
    return unread.isEmpty() && compared.stream().allMatch(c -> c.differences().isEmpty());
  }

  @Override
  public Map<String, Object> map() {
    var out = new LinkedHashMap<String, Object>();
    out.put("same", holds());
    out.put("executions", compared.size());
    out.put("records", compared.stream().mapToLong(Compared::records).sum());
    out.put("differences", differences().toList());
    out.put("unread", unread);
    out.put("elsewhere", elsewhere);
    return out;
  }

  @Override
  public List<String> lines() {
    var out = new ArrayList<String>();
    differences()
        .limit(MOST_LISTED)
        .forEach(d -> out.add("%s record %d: %s".formatted(d.execution(), d.seq(), what(d))));
    long left = differences().count() - MOST_LISTED;
    if (left > 0) {
      out.add("and %d more: --json lists all".formatted(left));
    }
    unread.forEach((id, why) -> out.add(id + ": " + why));
    elsewhere.stream()
        .limit(MOST_LISTED)
        .forEach(id -> out.add(id + ": in the stream only: another machine's"));
    long records = compared.stream().mapToLong(Compared::records).sum();
    String how = holds() ? "the stream holds the same" : "the stream differs";
    out.add("%d executions, %d records: %s".formatted(compared.size(), records, how));
    if (!elsewhere.isEmpty()) {
      out.add(
          elsewhere.size()
              + " executions in the stream have no log here: other machines wrote them, "
              + "or an intruder; compare them there");
    }
    return out;
  }

  private Stream<RecordDifference> differences() {
    return compared.stream().flatMap(c -> c.differences().stream());
  }

  private static String what(RecordDifference d) {
    return switch (d.kind()) {
      case MISSING -> "not in the stream; any command that writes ships it again";
      case EXTRA ->
          "in the stream, and not in this journal; another machine wrote it, or an intruder";
      case DIFFERENT -> "another record is in the stream; see docs/tasks/check-logs.md";
    };
  }
}
