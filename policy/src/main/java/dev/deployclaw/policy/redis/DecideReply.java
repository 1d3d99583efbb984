package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import java.util.ArrayList;
import java.util.List;

/** What {@link FunctionLibrary#DECIDE} answered. */
public sealed interface DecideReply {
  /** The epoch that the answering primary is at. */
  long epoch();

  record Decided(long epoch, AdmissionDecision decision) implements DecideReply {}

  /** The call has no list for the primary's epoch. */
  record NeedEpoch(long epoch) implements DecideReply {}

  /** The primary lacks rules that its epoch needs: repeat with the rules inline. */
  record NeedRules(long epoch) implements DecideReply {}

  /**
   * @param answer as the function gave it
   * @param requests how many the call asked for
   */
  static DecideReply parse(List<Long> answer, long requests) {
    long epoch = answer.get(1);
    return switch (answer.get(0).intValue()) {
      case 0 -> new Decided(epoch, decision(answer, requests));
      case 1 -> new NeedEpoch(epoch);
      case 2 -> new NeedRules(epoch);
      default -> throw new IllegalArgumentException("not an answer: " + answer);
    };
  }

  private static AdmissionDecision decision(List<Long> answer, long requests) {
    var verdicts = new ArrayList<Verdict>();
    for (int i = 4; i + 3 < answer.size(); i += 4) {
      verdicts.add(
          new Verdict(answer.get(i), answer.get(i + 1), answer.get(i + 2), answer.get(i + 3)));
    }
    long admitted = answer.get(2);
    return new AdmissionDecision(admitted == requests, admitted, answer.get(3), verdicts);
  }
}
