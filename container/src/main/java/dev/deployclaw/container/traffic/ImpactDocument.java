package dev.deployclaw.container.traffic;

import dev.deployclaw.policy.replay.ImpactReport;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a change of policy would have meant, for JSON. */
public final class ImpactDocument {
  private ImpactDocument() {}

  /** All of it, as {@code impact --json} prints it. */
  public static Map<String, Object> of(ImpactReport impact, UnreadLines unread) {
    var out = new LinkedHashMap<String, Object>();
    out.put("requests", impact.requests());
    out.put("newly_refused", impact.newlyRefused());
    out.put("unrouted", impact.unrouted());
    out.put("tenants", impact.tenants().stream().map(ImpactDocument::tenant).toList());
    out.put("notes", impact.notes());
    out.put("unread_lines", unread.all());
    out.put("unread", unread.named());
    return out;
  }

  public static Map<String, Object> tenant(OfTenant t) {
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

  /**
   * @param micros since 1970
   */
  public static String time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }
}
