package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.policy.replay.ImpactReport;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows what a change of policy would have meant. */
final class ImpactView {
  private static final long MICROS = 1_000_000;
  private static final int MOST_SHOWN = 50;

  private final CommandEnvironment around;

  ImpactView(CommandEnvironment around) {
    this.around = around;
  }

  void show(ImpactReport impact, AccessLogReplayer reading, boolean json) {
    if (json) {
      around.out().println(JsonOutput.text(document(impact, reading)));
    } else {
      text(impact, reading).forEach(around::say);
    }
  }

  private static List<String> text(ImpactReport impact, AccessLogReplayer reading) {
    var out = new ArrayList<String>();
    var hit = impact.tenants().stream().filter(t -> t.newlyRefused() > 0).toList();
    out.add(
        "%d requests replayed: %d newly refused, of %d tenants"
            .formatted(impact.requests(), impact.newlyRefused(), hit.size()));
    hit.stream().limit(MOST_SHOWN).forEach(t -> tenant(t, out));
    if (hit.size() > MOST_SHOWN) {
      out.add("  … and %d tenants more: see --json".formatted(hit.size() - MOST_SHOWN));
    }
    long admitted = impact.tenants().stream().mapToLong(OfTenant::newlyAdmitted).sum();
    if (admitted > 0) {
      out.add("%d requests that were refused would be admitted".formatted(admitted));
    }
    if (impact.unrouted() > 0) {
      out.add("%d requests match no route, and weren't replayed".formatted(impact.unrouted()));
    }
    impact.notes().forEach(n -> out.add("note: " + n));
    if (reading.failed() > 0) {
      out.add("%d lines have no request:".formatted(reading.failed()));
      reading.unread().forEach(u -> out.add("  " + u));
      if (reading.failed() > reading.unread().size()) {
        out.add("  … and %d more".formatted(reading.failed() - reading.unread().size()));
      }
    }
    return out;
  }

  private static void tenant(OfTenant t, List<String> out) {
    out.add(
        "  %s: %d of %d newly refused by %s, first %s, last %s, most in the hour of %s: %d"
            .formatted(
                t.tenant(),
                t.newlyRefused(),
                t.requests(),
                t.by(),
                time(t.first()),
                time(t.last()),
                time(t.worstHour()),
                t.inWorstHour()));
  }

  private static Map<String, Object> document(ImpactReport impact, AccessLogReplayer reading) {
    var out = new LinkedHashMap<String, Object>();
    out.put("requests", impact.requests());
    out.put("newly_refused", impact.newlyRefused());
    out.put("unrouted", impact.unrouted());
    out.put("tenants", impact.tenants().stream().map(ImpactView::tenant).toList());
    out.put("notes", impact.notes());
    out.put("unread_lines", reading.failed());
    out.put("unread", List.copyOf(reading.unread()));
    return out;
  }

  private static Map<String, Object> tenant(OfTenant t) {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", t.tenant());
    out.put("requests", t.requests());
    out.put("refused_before", t.refusedBefore());
    out.put("refused_after", t.refusedAfter());
    out.put("newly_refused", t.newlyRefused());
    out.put("newly_admitted", t.newlyAdmitted());
    if (t.newlyRefused() > 0) {
      out.put("by", t.by());
      out.put("first", time(t.first()));
      out.put("last", time(t.last()));
      out.put("worst_hour", time(t.worstHour()));
      out.put("in_worst_hour", t.inWorstHour());
    }
    return out;
  }

  private static String time(long micros) {
    return Instant.ofEpochSecond(micros / MICROS, micros % MICROS * 1_000).toString();
  }
}
