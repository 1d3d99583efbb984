package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.AdmissionRequest;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.ReferenceModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Walks through the life of one limit with the reference model, from idle counters, and writes down
 * the requests it makes. Single-threaded.
 *
 * <p>The limit is filled to the last unit and one more is refused, so a capacity that is wrong by
 * one is seen. Then the clock is moved to the microsecond before some units come back, where they
 * are refused, and on by one, where they are admitted: so a rate or a window that is wrong by
 * anything is seen. Where other limits bind first, it goes round them in time.
 */
final class ProbeSequenceGenerator {
  /** Fills that it takes to exhaust a limit behind tighter ones; more isn't worth it. */
  private static final int MOST_FILLS = 60;

  private static final int MOST_MOVES = 4 * MOST_FILLS;

  private static final int MOST_HALVINGS = 24;

  private final ProbeTarget target;
  private final SeededSequence draw;
  private final Map<String, LimitCounter> counters = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long at;

  ProbeSequenceGenerator(ProbeTarget target, SeededSequence draw, long start) {
    this.target = target;
    this.draw = draw;
    this.at = start;
  }

  /** One request of the walk. */
  record Step(long units, long at, boolean allowed, String purpose) {}

  List<Step> steps() {
    return steps;
  }

  /** What the limit's place among the others doesn't let be seen. */
  List<String> notes() {
    return notes;
  }

  long now() {
    return at;
  }

  /** The shortest visit: all that is free is admitted, one more isn't. */
  void brief() {
    long room = room();
    if (room > 0) {
      send(room, "all that it admits at once");
    }
    send(room() + 1, "one more than it admits");
  }

  /** Two requests of a tenant that nothing refuses, or that everything does. */
  void pair() {
    send(1, target.blocked() ? "refused because the tenant is blocked" : "not limited");
    send(1, target.blocked() ? "refused because the tenant is blocked" : "not limited");
  }

  /** The whole exercise of the target's limit. */
  void full() {
    long capacity = room(target.index());
    if (capacity == 0) {
      send(1, "it admits nothing");
      send(1, "it still admits nothing");
    } else if (fill()) {
      send(1, "one more than its capacity of " + capacity);
      rate(capacity);
    } else {
      notes.add("another limit always refuses first");
      steps.clear();
      counters.clear();
      brief();
    }
  }

  /** More requests of the same kind: {@code pieces} admitted, then one refused if asked for. */
  void round(int pieces, boolean refusal) {
    advanceUntilFree(1 + draw.below(Math.max(1, idleRoom() / 2)));
    long free = Math.max(1, room());
    long share = Math.max(1, free / (pieces + 1));
    for (int i = 0; i < pieces; i++) {
      send(share, "a share of what came back");
    }
    if (refusal) {
      send(room() + 1, "more than came back");
    }
  }

  private boolean fill() {
    int own = target.index();
    for (int i = 0; i < MOST_MOVES && steps.size() < MOST_FILLS; i++) {
      long left = room(own);
      long others = others();
      if (left == 0 && others > 0) {
        return true;
      }
      if (others == 0) {
        advance(waitOfOthers(Math.max(1, Math.min(left, idleOthers()))));
      } else {
        send(Math.min(left, others), left <= others ? "fills it" : "fills it in part");
      }
    }
    return false;
  }

  private void rate(long capacity) {
    long most = Math.max(1, Math.min(capacity, idleOthers()));
    long units = Math.max(1, most / 3 + draw.below(Math.max(1, most / 3)));
    for (int i = 0; i < MOST_HALVINGS && units > 0; i++) {
      if (seenApart(units)) {
        send(units, "1 microsecond before they come back");
        advance(1);
        send(units, "they have come back");
        return;
      }
      units /= 2;
    }
    notes.add("its rate can't be distinguished from another limit's");
  }

  /** Moves to just before the units come back, if only this limit refuses them there. */
  private boolean seenApart(long units) {
    long wait = ask(units).verdicts().get(target.index()).waitMicros();
    if (wait < 2 || wait >= AdmissionDecision.NEVER) {
      return false;
    }
    long before = at;
    advance(wait - 1);
    if (others() >= units && room(target.index()) < units) {
      return true;
    }
    at = before;
    return false;
  }

  private void advanceUntilFree(long units) {
    long wait = ask(units).retryAfterMicros();
    if (wait < AdmissionDecision.NEVER) {
      advance(wait);
    }
  }

  private void advance(long micros) {
    at += micros;
  }

  private void send(long units, String purpose) {
    long bounded = Math.min(units, CounterCharge.MOST_UNITS);
    var decision = ReferenceModel.decide(counters, asking(bounded), at);
    steps.add(new Step(bounded, at, decision.allowed(), purpose));
  }

  /** What would be answered, without asking. */
  private AdmissionDecision ask(long units) {
    long bounded = Math.min(units, CounterCharge.MOST_UNITS);
    return ReferenceModel.decide(new HashMap<>(counters), asking(bounded), at);
  }

  private AdmissionRequest asking(long units) {
    return new AdmissionRequest(
        target.blocked(), target.charges(units), 1, Integer.toString(steps.size()));
  }

  private long waitOfOthers(long units) {
    var verdicts = ask(units).verdicts();
    var charges = target.charges(1);
    long wait = 1;
    for (int i = 0; i < charges.size(); i++) {
      if (i != target.index() && charges.get(i).rule().enforced()) {
        wait = Math.max(wait, verdicts.get(i).waitMicros());
      }
    }
    return wait;
  }

  private long room() {
    return Math.min(others(), target.index() < 0 ? CounterCharge.MOST_UNITS : room(target.index()));
  }

  /** Units that all other enforced limits admit now. */
  private long others() {
    return leastOfOthers(this::room);
  }

  /** Units that all other enforced limits admit when they are idle. */
  private long idleOthers() {
    return leastOfOthers(this::idleRoom);
  }

  private long room(int index) {
    var charge = target.charges(1).get(index);
    var counter = LimitCounter.read(counters.get(charge.counter()), charge.rule(), at);
    return Math.min(
        CounterCharge.MOST_UNITS, counter.remaining(charge.rule()) / charge.rule().cost());
  }

  private long idleRoom(int index) {
    var rule = target.charges(1).get(index).rule();
    return Math.min(CounterCharge.MOST_UNITS, rule.capacity() / rule.cost());
  }

  private long idleRoom() {
    return target.index() < 0 ? idleOthers() : Math.min(idleOthers(), idleRoom(target.index()));
  }

  private long leastOfOthers(IntToLongFunction units) {
    var charges = target.charges(1);
    return IntStream.range(0, charges.size())
        .filter(i -> i != target.index() && charges.get(i).rule().enforced())
        .mapToLong(units)
        .min()
        .orElse(CounterCharge.MOST_UNITS);
  }
}
