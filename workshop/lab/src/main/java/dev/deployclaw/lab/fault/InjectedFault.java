package dev.deployclaw.lab.fault;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A fault that a lab has now.
 *
 * @param target one name, or two with a space between them
 * @param millis of a delay or a wrong clock
 */
public record InjectedFault(FaultKind kind, String target, OptionalInt millis) {
  static InjectedFault of(FaultKind kind, String target) {
    return new InjectedFault(kind, target, OptionalInt.empty());
  }

  public String text() {
    String amount = millis.isPresent() ? " " + millis.getAsInt() : "";
    return kind.word() + " " + target + amount;
  }

  public Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    out.put("fault", kind.word());
    out.put("target", target);
    millis.ifPresent(ms -> out.put("millis", ms));
    return out;
  }
}
