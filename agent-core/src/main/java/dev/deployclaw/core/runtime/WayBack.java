package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Decision.Policies;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.ApprovalDemand;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.Opening;
import dev.deployclaw.core.machine.Reach;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.plan.KernelOrder;
import dev.deployclaw.core.plan.Playbook.Activated;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.Procedure.OnFailure;
import dev.deployclaw.core.plan.SkillRefusal;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.json.Canonical;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A rollback that somebody asked for: a new change whose content is what the committed one
 * replaced. Only what was proven may come back.
 */
final class WayBack {
  static final String LAST = "last";

  private final Orchestrator orchestrator;
  private final Ledger ledger;
  private final Epilogue epilogue;
  private final Ports ports;
  private final Settings settings;
  private final Survey survey;

  WayBack(Orchestrator orchestrator, Epilogue epilogue, Ports ports, Settings settings) {
    this.orchestrator = orchestrator;
    this.ports = ports;
    this.settings = settings;
    this.survey = new Survey(ports, settings);
    this.ledger = orchestrator.ledger();
    this.epilogue = epilogue;
  }

  /**
   * @param target the execution's id whose change is undone, or {@link #LAST}
   */
  Ended run(String target, RequestOrigin by, Leadership leadership, Story story)
      throws InterruptedException {
    return switch (new SkillCheck(ports.playbook()).activate(Operation.ROLLBACK, story)) {
      case Activated.Refused(SkillRefusal refusal) ->
          end(story, SkillCheck.ending(refusal), leadership);
      case Activated.Ready(Procedure procedure) ->
          back(new Asked(target, by, procedure), leadership, story);
    };
  }

  /** What is to be undone, for whom, by which skill. */
  private record Asked(String target, RequestOrigin by, Procedure procedure) {}

  private Ended back(Asked asked, Leadership leadership, Story story) throws InterruptedException {
    var base = ledger.base();
    var refusal = refusal(asked.target(), base, asked.procedure());
    if (refusal.isPresent()) {
      return end(story, new Ending(Result.REFUSED, ExitCode.REFUSED, refusal.get()), leadership);
    }
    var undone = ledger.read(base.change()).map(Stored::execution).orElseThrow();
    var opening = opening(undone, base, asked, story);
    story.planned(opening.planHash());
    look(asked.procedure(), story);
    var diff = diff(undone, base);
    story.tell(
        Phase.PLAN, "Planning the way back", telling(undone, base, diff, opening.planHash()));
    var risks = risks(asked.by().demands(), diff);
    var ending = orchestrator.open(opening, Optional.empty(), new Duty(leadership, story, risks));
    return end(story, ending, leadership);
  }

  /** Looks around as the procedure says; a way back is stopped by none of it. */
  private void look(Procedure procedure, Story story) throws InterruptedException {
    story.follow(procedure);
    for (int i = 0; i < procedure.steps().size(); i++) {
      for (String operation : procedure.steps().get(i).operations()) {
        boolean looks = !operation.startsWith("policies.") && !KernelOrder.activates(operation);
        if (looks) {
          story.enter(i + 1);
          survey.look(operation, OnFailure.WARN, story);
        }
      }
    }
  }

  /** Why the gate would hold a way back as things are; empty where it would not. */
  List<String> held(RequestOrigin by) throws InterruptedException {
    var base = ledger.base();
    var undone = ledger.read(base.change()).map(Stored::execution);
    var diff = undone.isEmpty() ? Optional.<PolicyDiff>empty() : diff(undone.get(), base);
    return settings.gate().reasons(by.requester(), risks(by.demands(), diff));
  }

  /** A difference that isn't known reaches every tenant. */
  private static Risks risks(List<ApprovalDemand> demands, Optional<PolicyDiff> diff) {
    String operation = Operation.ROLLBACK.word();
    var reach =
        diff.map(PolicyDiff::blastRadius)
            .map(r -> Reach.of(operation, r.tenants(), r.services()))
            .orElseGet(() -> Reach.unknown(operation));
    return Risks.of(demands, reach);
  }

  /** From what is committed to what comes back; empty where one of them can't be read. */
  private Optional<PolicyDiff> diff(Execution undone, Base from) throws InterruptedException {
    var archive = orchestrator.archive();
    var committed = archive.committed(from);
    var comes =
        Content.wayBackTo(undone.base()) == 0
            ? Optional.of(PolicySet.EMPTY)
            : archive.before(undone);
    return committed.isEmpty() || comes.isEmpty()
        ? Optional.empty()
        : Optional.of(PolicyDiff.between(committed.get(), comes.get()));
  }

  private Ended end(Story story, Ending ending, Leadership leadership) throws InterruptedException {
    return epilogue.end(story, ending, Optional.of(leadership), List.of());
  }

  /** Why it would be refused as things stand; empty where it would not. */
  Optional<String> refusal(String target, Base base) throws InterruptedException {
    return switch (ports.playbook().activate(Operation.ROLLBACK)) {
      case Activated.Refused(SkillRefusal refusal) -> Optional.of(refusal.text());
      case Activated.Ready(Procedure procedure) -> refusal(target, base, procedure);
    };
  }

  private Optional<String> refusal(String target, Base base, Procedure procedure)
      throws InterruptedException {
    if (base.epoch() == 0) {
      return Optional.of("nothing was committed yet, so there is nothing to go back from");
    }
    if (!target.equals(LAST) && !target.equals(base.change())) {
      return Optional.of(
          target + " isn't what is committed: that is " + base.change() + "; roll that back first");
    }
    var fault = KernelOrder.fault(procedure);
    if (fault.isPresent()) {
      return fault;
    }
    var undone = ledger.read(base.change()).map(Stored::execution);
    if (undone.isEmpty() || undone.get().checkpoint().isEmpty()) {
      return Optional.of(
          base.change() + " has no checkpoint: ask for the limits that are wanted by a change");
    }
    return epilogue.baked(undone.get().base())
        ? Optional.empty()
        : Optional.of(
            "epoch %d never passed its validation, and only what was proven comes back: ask for the limits that are wanted by a change"
                .formatted(undone.get().base().epoch()));
  }

  private Opening opening(Execution undone, Base base, Asked asked, Story story)
      throws InterruptedException {
    String digest = Content.digestBackTo(undone.base());
    var plan =
        Map.of(
            "operation", "rollback",
            "undoes", undone.id(),
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "target_digest", digest);
    var mark = ledger.epochMark();
    var opening =
        new Opening(
            story.execution(),
            story.execution(),
            Kind.ROLLBACK,
            Optional.of(Content.wayBackTo(undone.base())),
            base,
            digest,
            Canonical.sha256(Canonical.bytes(plan)),
            asked.by().requester(),
            Optional.of(undone.id()),
            mark.last(),
            mark.revision(),
            orchestrator
                .archive()
                .provenanceAgain(Content.wayBackTo(undone.base()), mark.last() + 1));
    return opening.following(SkillCheck.followed(Operation.ROLLBACK, asked.procedure()));
  }

  private static Telling telling(
      Execution undone, Base base, Optional<PolicyDiff> diff, String plan) {
    var decision =
        Decision.by(Name.PLAN, "way-back")
            .leading(new Policies(base.digest(), Content.digestBackTo(undone.base())));
    var facts = new TreeMap<String, Object>();
    facts.put("undoes", undone.id());
    diff.ifPresent(d -> facts.putAll(DiffFacts.of(d)));
    String differences =
        diff.map(d -> "differences: " + d.differences().size())
            .orElse("the difference isn't known, since a policy set can't be read");
    String detail = "%s; %s, plan %s".formatted(words(undone), differences, plan.substring(0, 12));
    var status = diff.isPresent() ? Status.OK : Status.WARNING;
    return new Telling(detail, status, facts).deciding(decision);
  }

  private static String words(Execution undone) {
    return Content.wayBackTo(undone.base()) == 0
        ? "back to what was found before the first change"
        : "back to the policies of epoch " + undone.base().epoch();
  }
}
