package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.chain.LogPruner;
import dev.deployclaw.core.journal.chain.PruneReport;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.recovery.CrashRecovery;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Optional;

/**
 * The agent's verbs. Those that may write first take the lead and finish what an agent that died
 * left behind. Each call carries out one request on the caller's thread; don't share an object
 * between threads. Expected failures come back as values; an exception is a bug.
 */
public final class ChangeService {
  private static final RequestOutcome LEFT =
      RequestOutcome.of("", ExecutionOutcome.aborted("another agent has taken the task over"));

  private static final RequestOutcome HELD_UNDER_LEAD =
      RequestOutcome.of("", ExecutionOutcome.noChange("the task is this agent's"));

  private final AgentComponents parts;
  private final AgentPorts ports;
  private final AgentSettings settings;
  private final LeaderScope leading;
  private final FreezeService freezing;

  /**
   * @throws IllegalArgumentException when no participant stores policy sets
   */
  public ChangeService(AgentPorts ports, AgentSettings settings, ProgressListener progress) {
    this.parts = AgentComponents.of(ports, settings, progress);
    this.ports = ports;
    this.settings = settings;
    var recovery =
        new CrashRecovery(
            parts.orchestrator(),
            parts.recorders(),
            parts.finisher(),
            parts.writeBack(),
            settings.gate(),
            ports);
    this.freezing = new FreezeService(ports, parts.recorders(), parts.finisher());
    var alarm = new LogTamperAlarm(ports, settings, freezing);
    this.leading =
        new LeaderScope(ports, settings, parts.recorders(), parts.finisher(), recovery, alarm);
  }

  /** The questions to the same agent. */
  public QueryService queries() {
    return new QueryService(parts);
  }

  /** Carries a request out: from the plan to the validated change, or to where it ends before. */
  public RequestOutcome run(TaskRequest request) throws InterruptedException {
    return run(request, LeadCondition.NONE);
  }

  /** The same, if the condition holds under the lead; else without a record. */
  public RequestOutcome run(TaskRequest request, LeadCondition condition)
      throws InterruptedException {
    return leading.back(
        request,
        seen -> new RegressionOverride(parts, leading).outvoteInWords(seen, request),
        leadership -> condition.holds(leadership) ? runner(leadership).run(request) : LEFT);
  }

  /** Whether this agent could lead and the condition held then. Leaves no log. */
  public boolean holds(LeadCondition condition) throws InterruptedException {
    var asked =
        leading.run(
            Optional.empty(), leadership -> condition.holds(leadership) ? HELD_UNDER_LEAD : LEFT);
    return asked.exit() == ExitCode.OK;
  }

  /** Whether a request may be a question about the estate, by its words alone. */
  public boolean mayAsk(TaskRequest request) {
    return ports.planner().mayAsk(request.text());
  }

  /**
   * The question about the estate that a request is, so that it needs no execution; empty where it
   * is none. Writes nothing.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Optional<EstateQuestion> question(TaskRequest request) throws InterruptedException {
    return parts.question(request);
  }

  /** What a request would do. Nothing is written, and no log is left. */
  public PlanPreviewReport plan(TaskRequest request) throws InterruptedException {
    return new PlanPreviewer(parts).of(request);
  }

  /** Lets a held change go on, and carries it out. */
  public RequestOutcome approve(String id, String who) throws InterruptedException {
    return approve(id, who, "");
  }

  /**
   * The same, if its plan is the one that was read.
   *
   * @param plan its hash, or how that begins
   */
  public RequestOutcome approve(String id, String who, String plan) throws InterruptedException {
    return approve(new HoldDecision(id, who, plan, ""));
  }

  /** The same; the log has the reason. */
  public RequestOutcome approve(HoldDecision word) throws InterruptedException {
    return leading.run(Optional.empty(), leadership -> approvals().approve(word, leadership));
  }

  /** Ends a held change, and removes what was staged. */
  public RequestOutcome reject(String id, String who) throws InterruptedException {
    return reject(new HoldDecision(id, who, "", ""));
  }

  /** The same; the log has the reason. */
  public RequestOutcome reject(HoldDecision word) throws InterruptedException {
    return leading.run(Optional.empty(), leadership -> approvals().reject(word, leadership));
  }

  /** Leaves a log of a request that isn't carried out, and why. */
  public RequestOutcome decline(TaskRequest request, String reason) throws InterruptedException {
    var ending = ExecutionOutcome.aborted(reason);
    return leading.turnedAway(Optional.of(request), ending, false);
  }

  /**
   * Goes back to what a committed change replaced.
   *
   * @param target its execution's id, or {@code last}
   */
  public RequestOutcome rollback(String target, String who) throws InterruptedException {
    return rollback(target, asked("rollback " + target, who));
  }

  /** The same, as it was asked. */
  public RequestOutcome rollback(String target, TaskRequest request) throws InterruptedException {
    return leading.back(
        request,
        seen -> new RegressionOverride(parts, leading).outvote(seen, request),
        leadership -> runner(leadership).rollback(target, request));
  }

  /**
   * Stops every change that isn't committed, until somebody thaws; a rollback goes on. Needs no
   * leadership.
   */
  public RequestOutcome freeze(String who, String reason) throws InterruptedException {
    return freezing.freeze(asked("freeze: " + reason, who), reason);
  }

  /** Freezes where the stream holds another record than a log; once. Throws Unreachable. */
  public List<RequestOutcome> alarm() throws InterruptedException {
    return leading.alarm();
  }

  /**
   * Shares the volume of a gateway in Kubernetes with the tool that applies it, so that the tool
   * may let go of it. Needs no leadership.
   */
  public RequestOutcome share(TaskRequest request, String gateway) throws InterruptedException {
    return new VolumeHandoverService(ports, settings, parts.recorders(), parts.finisher())
        .share(request, gateway);
  }

  /** Lets changes begin and commit again. */
  public RequestOutcome thaw(String who) throws InterruptedException {
    return freezing.thaw(asked("thaw", who));
  }

  private TaskRequest asked(String text, String who) {
    return new TaskRequest(text, who, ports.time().instant());
  }

  /** Finishes what an agent that died left behind. */
  public RecoveryReport recover() throws InterruptedException {
    return leading.recover(Optional.empty());
  }

  /**
   * The same; a rollback that waits for these members ends without those of them that still can't
   * go back, by this person's word. They are drift from then on.
   *
   * @param members by name
   */
  public RecoveryReport leaveOut(List<String> members, String who) throws InterruptedException {
    return leading.recover(Optional.of(new RollbackExclusions(members, who)));
  }

  /**
   * A person's word that the state store holds although back ends are ahead of it: what they name
   * is never given out again, and what is committed goes into force under a new epoch.
   */
  public RequestOutcome acceptRegression(TaskRequest request) throws InterruptedException {
    return new RegressionOverride(parts, leading).run(request);
  }

  /** Puts back what is committed where something else is enforced. Never a new epoch. */
  public RequestOutcome repair(TaskRequest request) throws InterruptedException {
    return leading.run(Optional.of(request), leadership -> runner(leadership).repair(request));
  }

  /**
   * Puts back what a back end lost of the committed epoch and holds no more. Never over what
   * somebody changed. Empty where nothing was lost, or nothing may be done now.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Optional<RequestOutcome> reassert() throws InterruptedException {
    return new LostStateRestorer(parts, leading).run();
  }

  /** Lets the records of all but this machine's latest executions leave for the bucket. */
  public PruneReport prune(int keep) throws InterruptedException {
    return new LogPruner(ports, parts.store().ledger(), settings).prune(keep);
  }

  /** Begins what was scheduled, if it is due and still stands in the schedule. */
  public RequestOutcome begin(String id) throws InterruptedException {
    return leading.run(
        Optional.empty(),
        leadership -> parts.scheduler().begin(id, leadership, runner(leadership)::begin));
  }

  private ApprovalService approvals() {
    return new ApprovalService(parts);
  }

  private RequestRunner runner(Leadership leadership) {
    return new RequestRunner(parts, leadership);
  }
}
