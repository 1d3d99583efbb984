package dev.deployclaw.container.cli;

import dev.deployclaw.audit.StreamDiff.Compared;
import dev.deployclaw.audit.StreamDiff.Difference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How the stream differs from the journal.
 *
 * @param unread executions whose journal is damaged, and how
 * @param elsewhere executions in the stream that the journal doesn't know: no difference by itself,
 *     since other machines ship to the same stream
 */
record StreamDiffView(List<Compared> compared, Map<String, String> unread, List<String> elsewhere)
    implements LogsView {
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
    out.put("differences", differences().map(StreamDiffView::map).toList());
    out.put("unread", unread);
    out.put("elsewhere", elsewhere);
    return out;
  }

  @Override
  public String text() {
    var out = new StringBuilder();
    differences()
        .limit(MOST_LISTED)
        .forEach(d -> out.append("%s record %d: %s%n".formatted(d.execution(), d.seq(), what(d))));
    long left = differences().count() - MOST_LISTED;
    if (left > 0) {
      out.append("and %d more: --json lists all%n".formatted(left));
    }
    unread.forEach((id, why) -> out.append("%s: %s%n".formatted(id, why)));
    elsewhere.stream()
        .limit(MOST_LISTED)
        .forEach(id -> out.append("%s: in the stream alone: another machine's%n".formatted(id)));
    long records = compared.stream().mapToLong(Compared::records).sum();
    out.append(
        "%d executions, %d records: %s%n"
            .formatted(
                compared.size(),
                records,
                holds() ? "the stream holds the same" : "the stream differs"));
    if (!elsewhere.isEmpty()) {
      out.append(
          "%d executions in the stream have no log here: other machines', or somebody's; compare them there%n"
              .formatted(elsewhere.size()));
    }
    return out.toString();
  }

  private Stream<Difference> differences() {
    return compared.stream().flatMap(c -> c.differences().stream());
  }

  private static String what(Difference d) {
    return switch (d.kind()) {
      case MISSING -> "not in the stream; any command that writes ships it again";
      case EXTRA -> "in the stream, and not in this journal; another machine wrote it, or somebody";
      case DIFFERENT -> "another record stands in the stream; see docs/guide/log.md";
    };
  }

  private static Map<String, Object> map(Difference d) {
    return Map.of(
        "execution", d.execution(),
        "seq", d.seq(),
        "kind", d.kind().name().toLowerCase(Locale.ROOT));
  }
}
