package dev.deployclaw.policy.decision;

import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The definition of every decision: the Redis function must agree with it on each step. All limits
 * of a request decide together, each request whole: the largest number is admitted that every
 * enforced limit allows. A refused request costs nothing, a shadow limit never vetoes and counts
 * what it would have admitted.
 */
public final class ReferenceModel {
  private ReferenceModel() {}

  /**
   * Decides, and charges {@code counters}, which the caller keeps.
   *
   * @param nowMicros microseconds since 1970; may step back between calls
   */
  public static AdmissionDecision decide(
      Map<String, LimitCounter> counters, AdmissionRequest ask, long nowMicros) {
    var views = new ArrayList<LimitCounter>();
    long admitted = ask.blocked() ? 0 : ask.requests();
    for (var charge : ask.charges()) {
      var view = view(counters, charge, nowMicros);
      views.add(view);
      if (charge.rule().enforced()) {
        admitted = Math.min(admitted, fits(view, charge, ask.requests()));
      }
    }
    return settle(counters, ask, new Admission(views, admitted, nowMicros));
  }

  /**
   * Gives back the place that a request holds under a concurrency limit, also one that ended by
   * itself but wasn't noticed yet.
   *
   * @param lease as {@link AdmittedUnits#id} names it
   * @return whether it was there
   */
  public static boolean release(Map<String, LimitCounter> counters, String counter, String lease) {
    if (!(counters.get(counter) instanceof ConcurrencyLeases leases) || !leases.holds(lease)) {
      return false;
    }
    counters.put(counter, leases.without(lease));
    return true;
  }

  private record Admission(List<LimitCounter> views, long admitted, long now) {}

  private static LimitCounter view(
      Map<String, LimitCounter> counters, CounterCharge charge, long now) {
    var stored = counters.computeIfPresent(charge.counter(), (_, c) -> c.rewound(now));
    return LimitCounter.read(stored, charge.rule(), now);
  }

  private static long fits(LimitCounter view, CounterCharge charge, long requests) {
    return Math.min(requests, view.remaining(charge.rule()) / charge.cost());
  }

  private static AdmissionDecision settle(
      Map<String, LimitCounter> counters, AdmissionRequest ask, Admission admission) {
    var verdicts = new ArrayList<Verdict>();
    long retry = ask.blocked() ? AdmissionDecision.NEVER : 0;
    for (int i = 0; i < ask.charges().size(); i++) {
      var charge = ask.charges().get(i);
      var view = admission.views().get(i);
      long fits = fits(view, charge, ask.requests());
      long taken = Math.min(fits, admission.admitted());
      if (taken > 0) {
        var what = new AdmittedUnits(taken, charge.cost(), ask.lease());
        view = view.plus(what, charge.rule(), admission.now());
        counters.put(charge.counter(), view.kept());
      }
      var verdict = verdict(view, charge, fits, admission.now());
      verdicts.add(verdict);
      if (charge.rule().enforced()) {
        retry = Math.max(retry, verdict.waitMicros());
      }
    }
    boolean all = admission.admitted() == ask.requests();
    return new AdmissionDecision(all, admission.admitted(), all ? 0 : retry, verdicts);
  }

  private static Verdict verdict(LimitCounter view, CounterCharge charge, long fits, long now) {
    return new Verdict(
        fits,
        view.remaining(charge.rule()),
        view.reset(now),
        view.waitFor(charge.cost(), charge.rule(), now));
  }
}
