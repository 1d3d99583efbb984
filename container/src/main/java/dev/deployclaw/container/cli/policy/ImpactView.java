package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.traffic.ImpactDocument;
import dev.deployclaw.container.traffic.UnreadLines;
import dev.deployclaw.policy.replay.ImpactReport;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import java.util.ArrayList;
import java.util.List;

/** Shows what a change of policy would have meant. */
record ImpactView(CommandEnvironment around) {
  private static final int MOST_SHOWN = 50;

  void show(ImpactReport impact, UnreadLines unread, boolean json) {
    if (json) {
      around.out().println(JsonOutput.text(ImpactDocument.of(impact, unread)));
    } else {
      text(impact, unread).forEach(around::say);
    }
  }

  private static List<String> text(ImpactReport impact, UnreadLines unread) {
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
    if (unread.all() > 0) {
      out.add("%d lines have no request:".formatted(unread.all()));
      unread.named().forEach(u -> out.add("  " + u));
      if (unread.all() > unread.named().size()) {
        out.add("  … and %d more".formatted(unread.all() - unread.named().size()));
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
                ImpactDocument.time(t.first()),
                ImpactDocument.time(t.last()),
                ImpactDocument.time(t.worstHour()),
                t.inWorstHour()));
  }
}
