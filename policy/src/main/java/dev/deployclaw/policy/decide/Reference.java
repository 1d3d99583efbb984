package dev.deployclaw.policy.decide;

import dev.deployclaw.policy.decide.Decision.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The definition of every decision: the Redis function must agree with it on each step. All limits
 * of a request decide together, each request whole: the largest number is admitted that every
 * enforced limit allows. A refused request costs nothing, a shadow limit never vetoes and counts
 * what it would have admitted.
 */
public final class Reference {
  private Reference() {}

  /**
   * Decides, and charges {@code counters}, which the caller keeps.
   *
   * @param nowMicros microseconds since 1970; may step back between calls
   */
  public static Decision decide(Map<String, Counter> counters, Ask ask, long nowMicros) {
    var views = new ArrayList<Counter>();
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
   * @param lease as {@link Taken#id} names it
   * @return whether it was there
   */
  public static boolean release(Map<String, Counter> counters, String counter, String lease) {
    if (!(counters.get(counter) instanceof Leases leases) || !leases.holds(lease)) {
      return false;
    }
    counters.put(counter, leases.without(lease));
    return true;
  }

  private record Admission(List<Counter> views, long admitted, long now) {}

  private static Counter view(Map<String, Counter> counters, Charge charge, long now) {
    var stored = counters.computeIfPresent(charge.counter(), (_, c) -> c.rewound(now));
    return Counter.read(stored, charge.rule(), now);
  }

  private static long fits(Counter view, Charge charge, long requests) {
    return Math.min(requests, view.remaining(charge.rule()) / charge.cost());
  }

  private static Decision settle(Map<String, Counter> counters, Ask ask, Admission admission) {
    var verdicts = new ArrayList<Verdict>();
    long retry = ask.blocked() ? Decision.NEVER : 0;
    for (int i = 0; i < ask.charges().size(); i++) {
      var charge = ask.charges().get(i);
      var view = admission.views().get(i);
      long fits = fits(view, charge, ask.requests());
      long taken = Math.min(fits, admission.admitted());
      if (taken > 0) {
        var what = new Taken(taken, charge.cost(), ask.lease());
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
    return new Decision(all, admission.admitted(), all ? 0 : retry, verdicts);
  }

  private static Verdict verdict(Counter view, Charge charge, long fits, long now) {
    return new Verdict(
        fits,
        view.remaining(charge.rule()),
        view.reset(now),
        view.waitFor(charge.cost(), charge.rule(), now));
  }
}
