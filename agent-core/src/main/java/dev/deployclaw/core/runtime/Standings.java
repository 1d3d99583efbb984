package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.plan.Comparison;
import dev.deployclaw.core.plan.KernelOrder;
import dev.deployclaw.core.plan.Plan;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.Procedure.OnFailure;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.policy.PolicySet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds out who doesn't stand where the committed epoch wants them, by three readings that don't
 * know of each other: the looks of a scan, what each member acts on, and what it holds of the
 * epoch. Writes nothing.
 */
final class Standings {
  private final Crew crew;
  private final Survey survey;
  private final UnrestoredMembers unrestored;
  private final Base base;
  private final Plan.Ground ground;
  private final PolicySet committed;

  /**
   * @param base what is committed
   * @param committed its policies
   */
  Standings(Readings readings, Base base, PolicySet committed) {
    this.crew = readings.crew();
    this.survey = readings.survey();
    this.unrestored = readings.unrestored();
    this.base = base;
    this.ground = new Plan.Ground(base.epoch(), base.digest(), base.revision());
    this.committed = committed;
  }

  /** By what it is read. */
  record Readings(Crew crew, Survey survey, UnrestoredMembers unrestored) {}

  /** Looks as the procedure says, and tells what was found. */
  Standing look(Procedure procedure, Activation activation, Duty duty) throws InterruptedException {
    var found = Standing.WELL;
    for (int i = 0; i < procedure.steps().size(); i++) {
      for (String operation : procedure.steps().get(i).operations()) {
        if (KernelOrder.activates(operation)) {
          continue;
        }
        duty.story().enter(i + 1);
        if (operation.equals("policies.compare")) {
          found = compare(activation, duty);
        } else if (!operation.startsWith("policies.")) {
          survey.look(operation, OnFailure.WARN, duty.story());
        }
      }
    }
    return found;
  }

  /** The same readings once more, quietly. */
  Standing again(Activation activation, Duty duty) throws InterruptedException {
    for (String operation : List.copyOf(survey.looks().keySet())) {
      if (operation.endsWith(".scan") || operation.startsWith("ratelimit.")) {
        survey.quietly(operation);
      }
    }
    return read(activation, duty);
  }

  private Standing compare(Activation activation, Duty duty) throws InterruptedException {
    var found = read(activation, duty);
    String detail =
        found.well()
            ? "enforced is what is committed"
            : found.amiss().size() + " members differ: " + found.sentence();
    Status status = found.well() ? Status.OK : Status.WARNING;
    var facts = Map.<String, Object>of("found", found.listed());
    duty.story().tell(Phase.PLAN, "policies.compare", new Telling(detail, status, facts));
    duty.story().summarise(detail, status);
    return found;
  }

  /**
   * Services that act on something else aren't asked what they hold: they would wait for what
   * doesn't come, since nothing is staged here. All others are: the log says what was found.
   */
  private Standing read(Activation activation, Duty duty) throws InterruptedException {
    if (Content.wayBackTo(base) == 0) {
      return Standing.of(unrestored.among(base, survey.looks(), duty.mandate()));
    }
    var drift = Comparison.of(ground, committed, survey.looks(), new TreeMap<>());
    var acting = crew.converged(activation, duty.mandate());
    var asked = new ArrayList<>(crew.names());
    if (acting.answering(Answer.NO).contains(Executors.SERVICES)) {
      asked.remove(Executors.SERVICES);
    }
    return Standing.of(drift, crew.prepare(asked, activation, duty.mandate()), acting);
  }
}
