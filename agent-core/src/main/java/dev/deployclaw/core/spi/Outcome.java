package dev.deployclaw.core.spi;

import java.util.List;
import java.util.Map;

/** What a call came to. A call that was interrupted or answered nonsense is {@code Failed}. */
public sealed interface Outcome {
  /**
   * The call ran to its end. That isn't yet success: each member's report says YES, NO or UNKNOWN.
   *
   * @param facts about the whole call, JSON-like, for the record
   */
  record Done(List<Report> reports, Map<String, Object> facts) implements Outcome {
    public Done {
      reports = List.copyOf(reports);
      facts = Map.copyOf(facts);
    }
  }

  /** The call failed as a whole. */
  record Failed(Fault fault) implements Outcome {}

  static Outcome done(List<Report> reports) {
    return new Done(reports, Map.of());
  }

  static Outcome failed(Fault fault) {
    return new Failed(fault);
  }
}
