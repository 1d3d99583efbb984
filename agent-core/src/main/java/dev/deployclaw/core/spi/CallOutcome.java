package dev.deployclaw.core.spi;

import java.util.List;
import java.util.Map;

/** The outcome of a call. A call that was interrupted or answered nonsense is {@code Failed}. */
public sealed interface CallOutcome {
  /**
   * The call ran to its end. That isn't yet success: each member's report says YES, NO or UNKNOWN.
   *
   * @param facts about the whole call, JSON-like, for the record
   */
  record Done(List<MemberReport> reports, Map<String, Object> facts) implements CallOutcome {
    public Done {
      reports = List.copyOf(reports);
      facts = Map.copyOf(facts);
    }
  }

  /** The call failed as a whole. */
  record Failed(CallFault fault) implements CallOutcome {
    /**
     * The same as the answer of one member, in the name of all. A refusal is an answer; everything
     * else leaves open what happened.
     */
    public MemberReport report(String member) {
      return switch (fault) {
        case CallFault.Denied d -> MemberReport.denied(member, d.reason());
        case CallFault.Ungranted g -> MemberReport.no(member, g.reason());
        case CallFault.Invalid i -> MemberReport.no(member, i.reason());
        case CallFault.Unavailable u -> MemberReport.unknown(member, u.reason());
        case CallFault.Conflict c ->
            MemberReport.unknown(member, "a newer leader was there: " + c.reason());
        case CallFault.Unknown u -> MemberReport.unknown(member, u.reason());
      };
    }
  }

  static CallOutcome done(List<MemberReport> reports) {
    return new Done(reports, Map.of());
  }

  static CallOutcome failed(CallFault fault) {
    return new Failed(fault);
  }

  /**
   * The executor doesn't perform the call's verb.
   *
   * @param these for example {@code gateways have}
   */
  static CallOutcome unknownVerb(String these, Invocation call) {
    return failed(new CallFault.Invalid(these + " no operation " + call.call().verb()));
  }
}
