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
  record Failed(Fault fault) implements Outcome {
    /**
     * What that comes to as the answer of one member, in the name of all. A refusal is an answer;
     * everything else leaves open what happened.
     */
    public Report report(String member) {
      return switch (fault) {
        case Fault.Denied d -> Report.denied(member, d.reason());
        case Fault.Ungranted g -> Report.no(member, g.reason());
        case Fault.Invalid i -> Report.no(member, i.reason());
        case Fault.Unavailable u -> Report.unknown(member, u.reason());
        case Fault.Conflict c -> Report.unknown(member, "somebody newer was there: " + c.reason());
        case Fault.Unknown u -> Report.unknown(member, u.reason());
      };
    }
  }

  static Outcome done(List<Report> reports) {
    return new Done(reports, Map.of());
  }

  static Outcome failed(Fault fault) {
    return new Failed(fault);
  }
}
