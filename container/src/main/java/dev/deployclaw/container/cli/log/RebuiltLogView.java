package dev.deployclaw.container.cli.log;

import dev.deployclaw.audit.reconstruction.LogReconstruction.Range;
import dev.deployclaw.audit.reconstruction.LogReconstruction.Rebuilt;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a log came to that was put together from copies.
 *
 * @param unread sources that couldn't be read, and why
 */
record RebuiltLogView(String execution, Rebuilt rebuilt, SortedMap<String, String> unread) {

  /**
   * For programs. Where records are lost, those that are there stand in it: no document is made.
   *
   * @param file of the document
   */
  Map<String, Object> map(Path file) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution", execution);
    out.put("whole", rebuilt.whole());
    out.put("records", rebuilt.head().seq());
    out.put("head", rebuilt.head().hash());
    out.put("from", new TreeMap<>(rebuilt.sources()));
    out.put("lost", rebuilt.lost());
    out.put("unproven", rebuilt.unproven());
    out.put("unread", unread);
    if (rebuilt.whole()) {
      out.put("ended", rebuilt.ended());
      out.put("file", file.toString());
    } else {
      out.put("found", rebuilt.records().stream().map(this::parsed).toList());
    }
    return out;
  }

  /** Lines for people; their texts may be anybody's. */
  List<String> lines(Path file) {
    return rebuilt.whole() ? whole(file) : holes();
  }

  private List<String> whole(Path file) {
    var out = new ArrayList<String>();
    out.add("%s: rebuilt, %d records: %s".formatted(execution, total(), sources()));
    out.add(file + ": its document, signed by this machine's key");
    if (!rebuilt.ended()) {
      out.add(
          execution
              + ": it has no end yet; the next command that writes ends it where its change is"
              + " over");
    }
    return out;
  }

  private List<String> holes() {
    var out = new ArrayList<String>();
    String missing = unread.isEmpty() ? "LOST" : "not found yet";
    out.add("%s: %s: %s".formatted(execution, missing, ranges(rebuilt.lost())));
    if (!rebuilt.unproven().isEmpty()) {
      out.add(
          "%s: unproven: %s: there are copies, but no proof that they are the right ones"
              .formatted(execution, ranges(rebuilt.unproven())));
    }
    unread.forEach((source, why) -> out.add(source + " can't be read: " + why));
    out.add(
        "%s: %d of %d records are there: %s; no document was written, --json lists them"
            .formatted(execution, rebuilt.records().size(), total(), sources()));
    return out;
  }

  private long total() {
    return rebuilt.head().seq();
  }

  private String sources() {
    return rebuilt.sources().isEmpty()
        ? "none"
        : new TreeMap<>(rebuilt.sources())
            .entrySet().stream()
                .map(e -> e.getValue() + " from " + e.getKey())
                .collect(Collectors.joining(", "));
  }

  private Map<String, Object> parsed(byte[] record) {
    try {
      return StrictJson.parseObject(record);
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException(
          "rebuilt, and isn't JSON: " + new String(record, StandardCharsets.UTF_8), e);
    }
  }

  private static String ranges(List<Range> ranges) {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
  }
}
