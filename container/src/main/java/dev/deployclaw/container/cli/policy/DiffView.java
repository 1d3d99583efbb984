package dev.deployclaw.container.cli.policy;

import dev.deployclaw.policy.diff.BlastRadius;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.diff.PolicyDiff;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows what differs between two policy sets. */
final class DiffView {
  private DiffView() {}

  static Map<String, Object> document(PolicyDiff diff) {
    var out = new LinkedHashMap<String, Object>();
    out.put("equal", diff.isEmpty());
    out.put("differences", diff.toMaps());
    out.put("blast_radius", diff.blastRadius().toMap());
    return out;
  }

  static List<String> lines(PolicyDiff diff) {
    if (diff.isEmpty()) {
      return List.of("no difference");
    }
    var lines = new ArrayList<>(DiffFormatter.of(diff.differences()));
    lines.add(reach(diff.blastRadius()));
    return lines;
  }

  private static String reach(BlastRadius radius) {
    return "reaches "
        + counted(radius.tenants().size(), "tenant")
        + ", "
        + counted(radius.limits().size(), "limit")
        + ", "
        + counted(radius.gateways().size(), "gateway");
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
