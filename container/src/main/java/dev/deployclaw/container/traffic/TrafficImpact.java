package dev.deployclaw.container.traffic;

import dev.deployclaw.policy.replay.ImpactReport;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a change would have meant to the latest requests, or why that isn't known. */
public sealed interface TrafficImpact {
  /** Tenants in a document; more are counted. */
  int MOST_TENANTS = 20;

  /** No gateway's access log is configured. */
  record NoLog() implements TrafficImpact {}

  /** No log could be read, or none has a request of that time. */
  record Unknown(List<String> notes) implements TrafficImpact {
    public Unknown {
      notes = List.copyOf(notes);
    }
  }

  /** Other replays take too long. */
  record Busy() implements TrafficImpact {}

  /**
   * @param from the first moment that all logs cover, in microseconds since 1970
   * @param to when the last request was made
   * @param untouched requests of tenants whom the change can't touch; not replayed
   * @param unreadLines that told no request
   * @param notes why the numbers may not be exact
   */
  record Replayed(
      long from, long to, ImpactReport report, long untouched, long unreadLines, List<String> notes)
      implements TrafficImpact {
    public Replayed {
      notes = List.copyOf(notes);
    }
  }

  /** For JSON. */
  default Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    switch (this) {
      case NoLog _ -> out.put("state", "no-log");
      case Busy _ -> out.put("state", "busy");
      case Unknown(List<String> notes) -> {
        out.put("state", "unknown");
        out.put("notes", notes);
      }
      case Replayed replayed -> replayed(replayed, out);
    }
    return out;
  }

  private static void replayed(Replayed of, Map<String, Object> out) {
    var all = of.report().tenants();
    out.put("state", "replayed");
    out.put("from", ImpactDocument.time(of.from()));
    out.put("to", ImpactDocument.time(of.to()));
    out.put("requests", of.report().requests() + of.untouched());
    out.put("replayed", of.report().requests());
    out.put("refused_before", all.stream().mapToLong(OfTenant::refusedBefore).sum());
    out.put("refused_after", all.stream().mapToLong(OfTenant::refusedAfter).sum());
    out.put("newly_refused", of.report().newlyRefused());
    out.put("newly_admitted", all.stream().mapToLong(OfTenant::newlyAdmitted).sum());
    var differ = all.stream().filter(TrafficImpact::differs).sorted(MOST_FIRST).toList();
    out.put("tenants", differ.stream().limit(MOST_TENANTS).map(TrafficImpact::tenant).toList());
    out.put("more_tenants", Math.max(0, differ.size() - MOST_TENANTS));
    out.put("unrouted", of.report().unrouted());
    out.put("unread_lines", of.unreadLines());
    var notes = new ArrayList<>(of.notes());
    notes.addAll(of.report().notes());
    out.put("notes", notes);
  }

  Comparator<OfTenant> MOST_FIRST =
      Comparator.comparingLong(OfTenant::newlyRefused)
          .thenComparingLong(OfTenant::newlyAdmitted)
          .reversed()
          .thenComparing(OfTenant::tenant);

  private static boolean differs(OfTenant t) {
    return t.newlyRefused() > 0 || t.newlyAdmitted() > 0;
  }

  private static Map<String, Object> tenant(OfTenant t) {
    var out = ImpactDocument.tenant(t);
    if (t.newlyAdmitted() > 0) {
      out.put("by_before", t.byBefore());
    }
    return out;
  }
}
