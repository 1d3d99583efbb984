package dev.deployclaw.core.planning;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.core.compile.CompilationResult;
import dev.deployclaw.core.compile.IntentCompiler;
import dev.deployclaw.core.compile.RolloutPlanner;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.DriftComparison;
import dev.deployclaw.core.drift.RedisMeasurements;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ChangeScope;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import dev.deployclaw.core.procedure.ProcedureRegistry.Activated;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.survey.EstateSurvey;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * From a request to a plan: interprets it, follows the observing steps of the procedure, compiles,
 * compares and checks. Looks only. One object plans one request.
 */
public final class PlanBuilder {
  private static final int MOST_NAMED = 5;

  private final AgentPorts ports;
  private final AgentSettings settings;
  private final ExecutionRecorder recorder;
  private final PlanningLog log;
  private final EstateSurvey survey;
  private final BaseEpoch base;
  private final PolicySet committed;
  private final PolicyProvenance before;

  private CollectedPolicies sources = CollectedPolicies.NOTHING;
  private List<Discrepancy> drift = List.of();
  private Optional<CompilationResult.Ready> compiled = Optional.empty();
  private Optional<CheckedTarget> coherence = Optional.empty();
  private List<String> leftOut = List.of();
  private List<ApprovalTrigger> demands = List.of();

  /** What is committed, its policies, and where those come from. */
  public record CommittedState(BaseEpoch base, PolicySet committed, PolicyProvenance provenance) {}

  public PlanBuilder(
      AgentPorts ports, AgentSettings settings, ExecutionRecorder recorder, CommittedState state) {
    this.ports = ports;
    this.settings = settings;
    this.recorder = recorder;
    this.log = new PlanningLog(recorder);
    this.survey = new EstateSurvey(ports, settings);
    this.base = state.base();
    this.committed = state.committed();
    this.before = state.provenance();
  }

  /** The question about the estate that a request is; empty where it is none. */
  public Optional<EstateQuestion> question(TaskRequest request) throws InterruptedException {
    var inventory = inventory();
    return switch (ConversationReading.of(request, inventory, ports.planner())
        .understanding()
        .interpretation()) {
      case Interpretation.Inquiry(var question) -> Optional.of(question);
      case Interpretation.Planned(var intent) -> EstateQuestion.of(intent, inventory);
      case Interpretation.NeedsClarification _, Interpretation.Refused _ -> Optional.empty();
    };
  }

  private NameInventory inventory() throws InterruptedException {
    sources = SourceReports.collect(survey.quietly("sources.read"), committed);
    return InventoryBuilder.of(committed, sources, settings.gateways());
  }

  public UnderstoodTask build(TaskRequest asked) throws InterruptedException {
    var inventory = inventory();
    long from = ports.time().micros();
    var reading = ConversationReading.of(asked, inventory, ports.planner());
    log.conversation(reading);
    var understanding = reading.understanding();
    log.comparison(understanding, from);
    return UnderstoodTask.of(reading, result(understanding, reading.request()));
  }

  private PlanningResult result(InterpretedRequest understanding, TaskRequest request)
      throws InterruptedException {
    return switch (understanding.interpretation()) {
      case Interpretation.NeedsClarification unclear -> unclear(unclear.questions());
      case Interpretation.Inquiry(var question) -> new PlanningResult.Inquiry(question);
      case Interpretation.Refused(String reason) -> refused(reason);
      case Interpretation.Planned(Intent intent) -> {
        demands = understanding.demands(request);
        yield planned(intent, request);
      }
    };
  }

  private PlanningResult planned(Intent intent, TaskRequest request) throws InterruptedException {
    var unsupported = InventoryBuilder.unsupported(intent);
    if (unsupported.isPresent()) {
      return refused(unsupported.get());
    }
    log.understood(intent, demands);
    var past = intent.schedule().startAt().map(Instant::parse).filter(request.received()::isAfter);
    if (past.isPresent()) {
      String text = past.get() + " has passed: when should it begin? Without a time it begins now.";
      return unclear(List.of(ClarificationQuestion.of("time-passed", "time", text)));
    }
    if (!InventoryBuilder.writesPolicies(intent.operation())) {
      return new PlanningResult.Other(intent, demands);
    }
    if (settings.gateways().isEmpty()) {
      return unprovable();
    }
    for (var other : intent.operations().subList(1, intent.operations().size())) {
      boolean same = ports.procedures().of(other).equals(ports.procedures().of(intent.operation()));
      if (!same) {
        return refused(
            "%s follow different skills: ask for one after the other"
                .formatted(intent.operationWords()));
      }
    }
    return switch (new SkillPinCheck(ports.procedures()).activate(intent.operation(), recorder)) {
      case Activated.Refused(SkillRefusal refusal) ->
          new PlanningResult.Over(SkillPinCheck.ending(refusal), List.of());
      case Activated.Ready(Procedure procedure) -> follow(procedure, intent, request);
    };
  }

  private PlanningResult follow(Procedure procedure, Intent intent, TaskRequest request)
      throws InterruptedException {
    var fault = KernelPhaseOrder.fault(procedure);
    if (fault.isPresent()) {
      return refused(fault.get());
    }
    recorder.follow(procedure);
    for (int i = 0; i < procedure.steps().size(); i++) {
      var over = observe(procedure.steps().get(i), i + 1, intent);
      if (over.isPresent()) {
        return over.get();
      }
    }
    return ready(intent, procedure, request);
  }

  private Optional<PlanningResult> observe(ProcedureStep step, int number, Intent intent)
      throws InterruptedException {
    for (String operation : step.operations()) {
      if (KernelPhaseOrder.activates(operation)) {
        continue;
      }
      recorder.enter(number);
      var over = perform(operation, step, intent);
      if (over.isPresent()) {
        return over;
      }
    }
    return Optional.empty();
  }

  private Optional<PlanningResult> perform(String operation, ProcedureStep step, Intent intent)
      throws InterruptedException {
    return switch (operation) {
      case "policies.read" -> read(intent);
      case "policies.compare" -> compare();
      case "policies.check" -> check(intent);
      default ->
          survey
              .look(operation, step.onFailure(), recorder)
              .map(ending -> new PlanningResult.Over(ending, List.of()));
    };
  }

  /** What the sources say, and what the intent makes of it. */
  private Optional<PlanningResult> read(Intent intent) {
    var nothing = nothing(intent);
    if (nothing.isPresent()) {
      return nothing;
    }
    var ground =
        new IntentCompiler.Ground(committed, sources, settings.gateways(), settings.probeKey());
    return switch (IntentCompiler.compile(intent, ground)) {
      case CompilationResult.Unclear(List<String> questions) ->
          Optional.of(unclear(questions.stream().map(ClarificationQuestion::plain).toList()));
      case CompilationResult.Refused(String reason) -> Optional.of(refused(reason));
      case CompilationResult.Invalid(String reason) -> Optional.of(invalid(reason));
      case CompilationResult.Unread(String reason) -> Optional.of(unread(reason));
      case CompilationResult.Ready ready -> {
        compiled = Optional.of(ready);
        log.sources(sources, ready.warnings());
        yield new DirectionCheck(intent, committed, ready.target())
            .question()
            .map(q -> unclear(List.of(q)));
      }
    };
  }

  /** Neither a committed policy nor one in the sources, and why; a named tenant's own is said. */
  private Optional<PlanningResult> nothing(Intent intent) {
    boolean any = !committed.tenants().isEmpty() || !sources.policies().isEmpty();
    boolean named = sources.leftOut().keySet().stream().anyMatch(intent::names);
    if (any || named || sources.problems().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        sources.unreadable().isEmpty()
            ? invalid("no policy is valid: " + sources.problems().getFirst().text())
            : unread("no policy can be read: " + String.join(", ", sources.unknown())));
  }

  private Optional<PlanningResult> compare() {
    drift = DriftComparison.of(ground(), committed, survey.looks(), sources.policies());
    log.drift(drift);
    return Optional.empty();
  }

  private Optional<PlanningResult> check(Intent intent) {
    var target = compiled.orElseThrow().target();
    var measured = RedisMeasurements.of(survey.looks());
    var checked = CheckedTarget.of(target, committed, measured, settings.stepFactor());
    coherence = Optional.of(checked);
    log.findings(checked);
    var errors = new TenantErrors(checked, target, committed, sources);
    var named = checked.leftOut().stream().filter(intent::names).map(errors::invalid).toList();
    if (!named.isEmpty()) {
      return Optional.of(invalid(String.join("; ", named)));
    }
    leftOut = checked.leftOut().stream().map(errors::leftOut).toList();
    log.summarise(leftOut);
    return checked.target().tenants().isEmpty()
        ? Optional.of(invalid("no tenant's policy is valid: " + leftOut.getFirst()))
        : Optional.empty();
  }

  /** A procedure without these operations doesn't get around them. */
  private PlanningResult ready(Intent intent, Procedure procedure, TaskRequest request) {
    var over = compiled.isEmpty() ? read(intent) : Optional.<PlanningResult>empty();
    if (over.isEmpty() && coherence.isEmpty()) {
      over = check(intent);
    }
    if (over.isPresent()) {
      return over.get();
    }
    var checked = coherence.orElseThrow();
    var target = checked.target();
    var warnings = new ArrayList<>(compiled.orElseThrow().warnings());
    warnings.addAll(leftOut);
    var overlays =
        new OverlayTransition(before, new PolicyProvenance.Step(committed, target, sources));
    var provenance = overlays.after(recorder.execution(), request, intent);
    var fresh = provenance.by(recorder.execution());
    var overlaid = overlays.between(intent.operation(), fresh);
    boolean ends = intent.schedule().ends();
    boolean writesBack = !ends && OverlayTransition.writesBack(overlaid, survey.looks());
    var tooMuch =
        overlays
            .endless(intent, fresh, ports.time().instant())
            .or(() -> OverlayTransition.tooMuch(provenance, recorder.execution(), writesBack));
    if (tooMuch.isPresent()) {
      return refused(tooMuch.get());
    }
    var widenings = RolloutPlanner.of(intent.guards(), base.epoch(), committed, target);
    if (widenings instanceof RolloutPlanner.Answer.Refused(String reason)) {
      return refused(reason);
    }
    var rollout = (RolloutPlanner.Answer.Ready) widenings;
    warnings.addAll(rollout.notes());
    var plan =
        new ChangePlan(
            intent,
            ground(),
            target,
            target.digest(),
            InventoryBuilder.steps(procedure),
            PolicyDiff.between(committed, target),
            checked.findings(),
            warnings,
            overlaid,
            rollout.rollout());
    Optional<PolicySet> previous = base.epoch() == 0 ? Optional.empty() : Optional.of(committed);
    var content = new ChangeContent(target, previous, Optional.empty());
    return new PlanningResult.Ready(
        plan, procedure, content, provenance, writesBack, risks(intent, plan), drift);
  }

  private Risks risks(Intent intent, ChangePlan plan) {
    var removed =
        committed.tenants().keySet().stream()
            .filter(t -> plan.target().tenant(t).isEmpty())
            .toList();
    var now = ports.time().instant();
    var overlays =
        plan.overlays().removed().stream()
            .filter(o -> !o.expired(now))
            .limit(MOST_NAMED)
            .map(Overlay::text)
            .toList();
    var radius = plan.diff().blastRadius();
    var words = intent.operations().stream().map(TaskOperation::word).collect(Collectors.toSet());
    var scope = ChangeScope.of(words, radius.tenants(), radius.services());
    return new Risks(demands, removed, overlays, coherence.orElseThrow().steps(), scope);
  }

  private ChangePlan.Ground ground() {
    return new ChangePlan.Ground(base.epoch(), base.digest(), base.revision());
  }

  private PlanningResult unclear(List<ClarificationQuestion> questions) {
    var texts = questions.stream().map(ClarificationQuestion::text).toList();
    log.tell("Asking for clarification", String.join(" ", texts), Status.WARNING);
    return new PlanningResult.Over(
        new ExecutionOutcome(
            ExecutionStatus.NEEDS_CLARIFICATION,
            ExitCode.NEEDS_CLARIFICATION,
            String.join(" ", texts)),
        questions);
  }

  /** A change whose validation could only fail isn't begun. */
  private PlanningResult unprovable() {
    String reason =
        "no gateway is configured, so synthetic requests can't validate a change: add "
            + "one under gateways in the configuration";
    log.tell("Refusing", reason, Status.ERROR);
    return new PlanningResult.Over(
        new ExecutionOutcome(ExecutionStatus.REFUSED, ExitCode.WRONG_USAGE, reason), List.of());
  }

  private PlanningResult refused(String reason) {
    log.tell("Refusing", reason, Status.WARNING);
    return new PlanningResult.Over(ExecutionOutcome.refused(reason), List.of());
  }

  private static PlanningResult unread(String reason) {
    return new PlanningResult.Over(ExecutionOutcome.unreachable(reason), List.of());
  }

  private PlanningResult invalid(String reason) {
    log.tell("Refusing an invalid policy", reason, Status.ERROR);
    return new PlanningResult.Over(
        new ExecutionOutcome(ExecutionStatus.REFUSED, ExitCode.INVALID, reason), List.of());
  }
}
