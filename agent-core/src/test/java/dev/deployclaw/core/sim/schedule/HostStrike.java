package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.sim.engine.HostFate;
import java.util.List;

/** What befalls the executor host of a process at one of its calls. */
record HostStrike(String process, int call, HostFate.Fault fault) {
  private static final String HOST = "host/";

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return HOST
        + process
        + "@"
        + call
        + ":"
        + fault.fate()
        + ":"
        + fault.late()
        + ":"
        + fault.back();
  }

  static boolean is(String text) {
    return text.startsWith(HOST);
  }

  static HostStrike parse(String text) {
    var parts = List.of(text.substring(HOST.length()).split("[@:]", -1));
    return new HostStrike(
        parts.get(0),
        Integer.parseInt(parts.get(1)),
        new HostFate.Fault(
            HostFate.valueOf(parts.get(2)),
            Long.parseLong(parts.get(3)),
            Long.parseLong(parts.get(4))));
  }
}
