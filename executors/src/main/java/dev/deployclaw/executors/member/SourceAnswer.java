package dev.deployclaw.executors.member;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a look at several policy sources answers, within the bytes that one answer may hold. Which
 * tenants a source may define is said once, with its first document. For one thread.
 */
public final class SourceAnswer {
  /** Of all documents together: half of what a message of the executor protocol holds. */
  public static final int MOST_BYTES = 32 << 20;

  /** What a report has beside its text: names, a digest, who wrote it. */
  private static final int REPORT_BYTES = 512;

  /** Why a source is left out whose documents don't fit. */
  public static final String TOO_LARGE =
      "its documents don't fit into the "
          + MOST_BYTES
          + " bytes that all sources together may have: remove documents that aren't"
          + " policies, or divide the tenants between two agents";

  private final Map<String, MemberReport> reports = new LinkedHashMap<>();
  private int left = MOST_BYTES;

  /** Counts the documents of one source while they are read, so that no more are read than fit. */
  public static final class Room {
    private int free;

    private Room(int free) {
      this.free = free;
    }

    public boolean takes(MemberReport document) {
      free -= REPORT_BYTES;
      if (document.facts().get("text") instanceof String text) {
        free -= text.getBytes(StandardCharsets.UTF_8).length;
      }
      return free >= 0;
    }
  }

  public Room room() {
    return new Room(left);
  }

  /** Adds what was found in a source: its documents, or that they don't fit. */
  public void add(List<MemberReport> found, List<String> tenants, Room room) {
    left = room.free >= 0 ? room.free : left;
    boolean said = false;
    for (var report : found) {
      if (!reports.containsKey(report.member())) {
        boolean says = !said && report.facts().containsKey("namespace");
        reports.put(report.member(), says ? listing(report, tenants) : report);
        said |= says;
      }
    }
  }

  public CallOutcome outcome() {
    return CallOutcome.done(List.copyOf(reports.values()));
  }

  private static MemberReport listing(MemberReport report, List<String> tenants) {
    var facts = new TreeMap<>(report.facts());
    facts.put("tenants", tenants);
    return new MemberReport(
        report.member(), report.answer(), report.digest(), report.reason(), facts);
  }
}
