package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.change.ChangeOrchestrator;
import dev.deployclaw.core.change.HeartbeatProbe;
import dev.deployclaw.core.change.HeartbeatReport;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.freeze.AutoFreeze;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.journal.chain.LogHeadWriter;
import dev.deployclaw.core.journal.chain.LogPruner;
import dev.deployclaw.core.journal.chain.PruneReport;
import dev.deployclaw.core.machine.LeftOutMembers;
import dev.deployclaw.core.planning.PlanBuilder;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.planning.PlanningResult;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.query.AgentStatusQuery;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.query.ClientLimitsQuery;
import dev.deployclaw.core.query.ClientLimitsReport;
import dev.deployclaw.core.query.ClientRequest;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.query.EstateInspector;
import dev.deployclaw.core.query.LimitUsageQuery;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.TenantHistoryQuery;
import dev.deployclaw.core.query.TenantHistoryReport;
import dev.deployclaw.core.recovery.CrashRecovery;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.repair.DriftRepair;
import dev.deployclaw.core.repair.HeldRepairStore;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionResult;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.rollback.CheckpointVerifier;
import dev.deployclaw.core.rollback.Rollback;
import dev.deployclaw.core.rollback.SnapshotTaker;
import dev.deployclaw.core.schedule.ChangeScheduler;
import dev.deployclaw.core.schedule.ScheduleReport;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.core.writeback.SourceWriteBack;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The agent's verbs. Those that may write first take the lead and finish what an agent that died
 * left behind. Each call carries out one request on the caller's thread; don't share an object
 * between threads. Expected failures come back as values; an exception is a bug.
 */
public final class ChangeService {
  private final AgentPorts ports;
  private final AgentSettings settings;
  private final ChangeOrchestrator orchestrator;
  private final RecorderFactory stories;
  private final ExecutionFinisher epilogue;
  private final SourceWriteBack writeBacks;
  private final LeaderScope leading;
  private final EstateInspector inspector;
  private final FreezeService freezing;

  /**
   * @throws IllegalArgumentException when no participant stores policy sets
   */
  public ChangeService(AgentPorts ports, AgentSettings settings, ProgressListener progress) {
    boolean stores =
        ports.executors().participants().stream()
            .anyMatch(e -> e.name().equals(ExecutorRegistry.STORE));
    if (!stores) {
      throw new IllegalArgumentException("no participant stores policy sets");
    }
    this.ports = ports;
    this.settings = settings;
    this.orchestrator = new ChangeOrchestrator(ports, settings);
    this.stories = new RecorderFactory(ports, settings, progress);
    var overstepping = new AutoFreeze(ports, settings);
    this.epilogue =
        new ExecutionFinisher(
            orchestrator.ledger(), new LogHeadWriter(ports.state()), ports.objects(), overstepping);
    this.writeBacks = new SourceWriteBack(ports, settings, orchestrator);
    var recovery =
        new CrashRecovery(
            new CrashRecovery.Parts(orchestrator, stories, epilogue, writeBacks, settings.gate()),
            ports);
    this.freezing = new FreezeService(ports, stories, epilogue);
    var alarm = new LogTamperAlarm(ports, settings, freezing);
    this.leading =
        new LeaderScope(ports, settings, new LeaderScope.Parts(stories, epilogue, recovery, alarm));
    this.inspector = new EstateInspector(ports, settings, orchestrator);
  }

  /** Carries a request out: from the plan to the validated change, or to where it ends before. */
  public RequestOutcome run(TaskRequest request) throws InterruptedException {
    return leading.back(
        request,
        seen -> new RegressionOverride(this, ports, settings).outvoteInWords(seen, request),
        leadership -> new RequestRunner(this, leadership).run(request));
  }

  /** What a request would do. Nothing is written, and no log is left. */
  public PlanPreviewReport plan(TaskRequest request) throws InterruptedException {
    return new PlanPreviewer(this, ports, settings).of(request);
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
    return leading.run(
        Optional.empty(), leadership -> approvals().approve(id, who, plan, leadership));
  }

  /** Ends a held change, and removes what was staged. */
  public RequestOutcome reject(String id, String who) throws InterruptedException {
    return leading.run(Optional.empty(), leadership -> approvals().reject(id, who, leadership));
  }

  /**
   * Why an approval or a rejection would be refused as things stand; empty where it would not be.
   * Needs no leadership, so it is judged once more when the word is carried out.
   *
   * @param approves whether it is an approval
   * @param plan for an approval, the plan's hash that is quoted, or how it begins
   */
  public Optional<ApprovalRefusal> objection(String id, String who, boolean approves, String plan)
      throws InterruptedException {
    return approvals().objection(id, who, approves, plan);
  }

  /** What a held execution would change; empty where it isn't held. */
  public Optional<HeldPlan> heldPlan(String id) throws InterruptedException {
    return approvals().plan(id);
  }

  /** Leaves a log of a request that isn't carried out, and why. */
  public RequestOutcome decline(TaskRequest request, String reason) throws InterruptedException {
    var ending = new ExecutionOutcome(ExecutionResult.ABORTED, ExitCode.ABORTED, reason);
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
        seen -> new RegressionOverride(this, ports, settings).outvote(seen, request),
        leadership -> new RequestRunner(this, leadership).rollback(target, request));
  }

  /**
   * Stops every change that isn't committed, until somebody thaws; a way back goes on. Needs no
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
    return new VolumeHandoverService(ports, settings, stories, epilogue).share(request, gateway);
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
   * The same; a way back that waits for these members ends without those of them that still can't
   * go back, by this person's word. They are drift from then on.
   *
   * @param members by name
   */
  public RecoveryReport leaveOut(List<String> members, String who) throws InterruptedException {
    return leading.recover(Optional.of(new LeftOutMembers(members, who)));
  }

  /** Who is ahead of the state store, as after a restored backup; then nothing may be written. */
  public List<AheadMember> regressed() throws InterruptedException {
    return new RegressionDetector(ports, settings).look().ahead();
  }

  /**
   * A person's word that the state store holds although back ends are ahead of it: what they name
   * is never given out again, and what is committed goes into force under a new epoch.
   */
  public RequestOutcome acceptRegression(TaskRequest request) throws InterruptedException {
    return new RegressionOverride(this, ports, settings).run(request);
  }

  public ScanReport scan() throws InterruptedException {
    try {
      return inspector.scan();
    } catch (Unreachable e) {
      return ScanReport.unreachable(LeaderScope.reason(e));
    }
  }

  /** How what is enforced differs from what is committed. */
  public ScanReport drift() throws InterruptedException {
    try {
      return inspector.drift();
    } catch (Unreachable e) {
      return ScanReport.unreachable(LeaderScope.reason(e));
    }
  }

  /** Puts back what is committed where something else is enforced. Never a new epoch. */
  public RequestOutcome repair(TaskRequest request) throws InterruptedException {
    return leading.run(
        Optional.of(request), leadership -> new RequestRunner(this, leadership).repair(request));
  }

  /**
   * Puts back what a back end lost of the committed epoch and holds no more. Never over what
   * somebody changed. Empty where nothing was lost, or nothing may be done now.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Optional<RequestOutcome> reassert() throws InterruptedException {
    return new LostStateRestorer(this, ports, settings).run();
  }

  /** Whether the checkpoint of an id, or {@code last}, carries a way back, and what that does. */
  public CheckpointReport verifyCheckpoint(String target) throws InterruptedException {
    try {
      return new CheckpointVerifier(this, ports, settings).verify(target);
    } catch (Unreachable e) {
      return CheckpointReport.without(ExitCode.UNREACHABLE, target, LeaderScope.reason(e));
    }
  }

  /** Lets the records of all but this machine's latest executions leave for the bucket. */
  public PruneReport prune(int keep) throws InterruptedException {
    return new LogPruner(ports, orchestrator.ledger(), settings).prune(keep);
  }

  /** What is to begin at a time; throws {@link Unreachable} when that can't be read. */
  public ScheduleReport scheduled() throws InterruptedException {
    return timetable().all();
  }

  /**
   * The executions that are to begin now. Asked again and again by whoever serves.
   *
   * @throws Unreachable when the state store can't be read
   */
  public List<String> due() throws InterruptedException {
    return timetable().due();
  }

  /** Begins what was scheduled, if it is due and still stands in the schedule. */
  public RequestOutcome begin(String id) throws InterruptedException {
    return leading.run(Optional.empty(), leadership -> timetable().begin(id, leadership));
  }

  ChangeScheduler timetable() {
    return new ChangeScheduler(this, ports);
  }

  public ScanReport validate() throws InterruptedException {
    try {
      return inspector.validate();
    } catch (Unreachable e) {
      return ScanReport.unreachable(LeaderScope.reason(e));
    }
  }

  /**
   * Whether each enforcement point enforces what is committed. Nothing but counters of its own is
   * written, so any number of agents may ask at once.
   *
   * @param within the longest that the synthetic requests may take
   */
  public HeartbeatReport heartbeat(Duration within) throws InterruptedException {
    try {
      return new HeartbeatProbe(ports, settings, orchestrator).beat(within);
    } catch (Unreachable e) {
      return HeartbeatReport.unknown(LeaderScope.reason(e));
    }
  }

  /** Where things stand, and whose time is over: for that, the sources may be read. */
  public AgentStatusReport status() throws InterruptedException {
    try {
      return situation().with(inspector.expired());
    } catch (Unreachable e) {
      return AgentStatusReport.unreachable(LeaderScope.reason(e));
    }
  }

  /** The same from the state store alone, for who looks often: it names no overlay. */
  public AgentStatusReport standing() throws InterruptedException {
    try {
      return situation().with(List.of());
    } catch (Unreachable e) {
      return AgentStatusReport.unreachable(LeaderScope.reason(e));
    }
  }

  /** The policies that are committed. */
  public CommittedPolicies policies() throws InterruptedException {
    return CommittedPolicies.committed(orchestrator);
  }

  /** The policies of an epoch that the state store still has, committed or not. */
  public CommittedPolicies policies(long epoch) throws InterruptedException {
    return CommittedPolicies.of(epoch, orchestrator.archive());
  }

  /** What each committed epoch changed of a tenant, the latest first; at most so many. */
  public TenantHistoryReport history(String tenant, int most) throws InterruptedException {
    try {
      return new TenantHistoryQuery(orchestrator, ports).of(tenant, most);
    } catch (Unreachable e) {
      return TenantHistoryReport.unreachable(LeaderScope.reason(e));
    }
  }

  /**
   * How much of their limits tenants use now.
   *
   * @param over between the two readings of what was allowed and refused
   */
  public LimitUsageReport usage(Duration over) throws InterruptedException {
    try {
      return new LimitUsageQuery(ports, settings, orchestrator).measure(over);
    } catch (Unreachable e) {
      return LimitUsageReport.unreachable(LeaderScope.reason(e));
    }
  }

  /** What a client would meet with one request, now. Charges nothing. */
  public ClientLimitsReport check(ClientRequest question) throws InterruptedException {
    try {
      return new ClientLimitsQuery(ports, settings, orchestrator).of(question);
    } catch (Unreachable e) {
      return ClientLimitsReport.unreachable(LeaderScope.reason(e));
    }
  }

  PlanningResult draft(TaskRequest request, ExecutionRecorder story) throws InterruptedException {
    var base = orchestrator.ledger().base();
    var committed = orchestrator.archive().committed(base);
    if (committed.isEmpty()) {
      String lost = "the committed policy set of epoch " + base.epoch() + " can't be read";
      return new PlanningResult.Over(ExecutionOutcome.unreachable(lost));
    }
    var provenance = orchestrator.archive().provenance(base.epoch());
    var standing = new PlanBuilder.CommittedState(base, committed.get(), provenance);
    return new PlanBuilder(ports, settings, story, standing).draft(request);
  }

  public ChangeOrchestrator orchestrator() {
    return orchestrator;
  }

  public RecorderFactory stories() {
    return stories;
  }

  AgentClock time() {
    return ports.time();
  }

  SkillPinCheck skills() {
    return new SkillPinCheck(ports.playbook());
  }

  public Rollback wayBack() {
    return new Rollback(orchestrator, epilogue, ports, settings);
  }

  SnapshotTaker snapshot() {
    return new SnapshotTaker(orchestrator, epilogue, ports, settings);
  }

  DriftRepair repairing() {
    return new DriftRepair(orchestrator, epilogue, ports, settings);
  }

  SourceWriteBack writeBacks() {
    return writeBacks;
  }

  public ExecutionFinisher epilogue() {
    return epilogue;
  }

  LeaderScope leading() {
    return leading;
  }

  HeldRepairStore heldRepairs() {
    return new HeldRepairStore(ports, orchestrator.ledger(), epilogue);
  }

  private AgentStatusQuery situation() {
    return new AgentStatusQuery(
        ports.state(), orchestrator.ledger(), writeBacks, epilogue, heldRepairs());
  }

  private ApprovalService approvals() {
    return new ApprovalService(this, settings.gate());
  }
}
