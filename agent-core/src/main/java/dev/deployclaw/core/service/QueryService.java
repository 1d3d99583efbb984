package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.change.probe.HeartbeatCheck;
import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.AgentStatusQuery;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.query.ClientLimitsQuery;
import dev.deployclaw.core.query.ClientLimitsReport;
import dev.deployclaw.core.query.ClientRequest;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.query.EstateScanner;
import dev.deployclaw.core.query.LimitUsageQuery;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.TenantHistoryQuery;
import dev.deployclaw.core.query.TenantHistoryReport;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.rollback.CheckpointVerifier;
import dev.deployclaw.core.rollback.Rollback.RollbackPreview;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The agent's questions. Each reads the state store and looks at back ends without leadership, and
 * leaves no log. Don't share an object between threads. Expected failures come back as values.
 */
public final class QueryService {
  private static final int MOST_ASKING = 50;

  private final AgentComponents parts;
  private final EstateScanner inspector;

  public QueryService(AgentPorts ports, AgentSettings settings) {
    this(AgentComponents.of(ports, settings, ProgressListener.NONE));
  }

  QueryService(AgentComponents parts) {
    this.parts = parts;
    this.inspector = new EstateScanner(parts.ports(), parts.settings(), parts.store());
  }

  public ScanReport scan() throws InterruptedException {
    return StoreQuestion.answer(() -> inspector.scan(), ScanReport::unreachable);
  }

  /** How what is enforced differs from what is committed. */
  public ScanReport drift() throws InterruptedException {
    return StoreQuestion.answer(() -> inspector.drift(), ScanReport::unreachable);
  }

  public ScanReport validate() throws InterruptedException {
    return StoreQuestion.answer(() -> inspector.validate(), ScanReport::unreachable);
  }

  /**
   * Whether each enforcement point enforces what is committed. Nothing but counters of its own is
   * written, so any number of agents may ask at once.
   *
   * @param within the longest that the synthetic requests may take
   */
  public HeartbeatReport heartbeat(Duration within) throws InterruptedException {
    return StoreQuestion.answer(
        () -> new HeartbeatCheck(parts.ports(), parts.settings(), parts.store()).beat(within),
        HeartbeatReport::unknown);
  }

  /** Where things stand, and whose time is over: for that, the sources may be read. */
  public AgentStatusReport status() throws InterruptedException {
    return StoreQuestion.answer(
        () -> situation().with(inspector.temporary(), inspector.expired()),
        AgentStatusReport::unreachable);
  }

  /** The same from the state store alone, for who looks often: it names no expired overlay. */
  public AgentStatusReport storeStatus() throws InterruptedException {
    return StoreQuestion.answer(
        () -> situation().with(inspector.temporary(), List.of()), AgentStatusReport::unreachable);
  }

  /**
   * What is committed, and not its policies: one read.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Optional<CommittedEpoch> active() throws InterruptedException {
    return parts.store().ledger().active();
  }

  public CommittedPolicies policies() throws InterruptedException {
    return CommittedPolicies.committed(parts.store());
  }

  /** The policies of an epoch that the state store still has, committed or not. */
  public CommittedPolicies policies(long epoch) throws InterruptedException {
    return CommittedPolicies.of(epoch, parts.store().archive());
  }

  /**
   * What requests changed in an epoch beside the sources, as of its commit; the sources aren't
   * read.
   *
   * @throws Unreachable when the state store can't be read
   */
  public List<Overlay> overlays(long epoch) throws InterruptedException {
    return parts.store().archive().provenance(epoch).overlays();
  }

  /** What each committed epoch changed of a tenant, the latest first; at most so many. */
  public TenantHistoryReport history(String tenant, int most) throws InterruptedException {
    return StoreQuestion.answer(
        () -> new TenantHistoryQuery(parts.store(), parts.ports()).of(tenant, most),
        TenantHistoryReport::unreachable);
  }

  /** The same of all tenants where none is given, as far back as that. */
  public TenantHistoryReport history(Optional<String> tenant, Instant since, int most)
      throws InterruptedException {
    return StoreQuestion.answer(
        () -> new TenantHistoryQuery(parts.store(), parts.ports()).of(tenant, since, most),
        TenantHistoryReport::unreachable);
  }

  /**
   * How much of their limits tenants use now.
   *
   * @param over between the two readings of what was allowed and refused
   */
  public LimitUsageReport usage(Duration over) throws InterruptedException {
    return StoreQuestion.answer(
        () -> new LimitUsageQuery(parts.ports(), parts.settings(), parts.store()).measure(over),
        LimitUsageReport::unreachable);
  }

  /** What a client would meet with one request, now. Charges nothing. */
  public ClientLimitsReport check(ClientRequest question) throws InterruptedException {
    return StoreQuestion.answer(
        () -> new ClientLimitsQuery(parts.ports(), parts.settings(), parts.store()).of(question),
        ClientLimitsReport::unreachable);
  }

  /**
   * The executions that are to begin now. An agent that serves asks again and again.
   *
   * @throws Unreachable when the state store can't be read
   */
  public List<String> due() throws InterruptedException {
    return parts.scheduler().due();
  }

  /** Who is ahead of the state store, as after a restored backup; then nothing may be written. */
  public List<AheadMember> regressed() throws InterruptedException {
    return new RegressionDetector(parts.ports(), parts.settings()).look().ahead();
  }

  /** Whether the checkpoint of an id, or {@code last}, carries a rollback, and what that does. */
  public CheckpointReport verifyCheckpoint(String target) throws InterruptedException {
    var verifier =
        new CheckpointVerifier(
            parts.ports(), parts.settings(), parts.store().ledger(), parts.rollback());
    return StoreQuestion.answer(
        () -> verifier.verify(target),
        why -> CheckpointReport.without(ExitCode.UNREACHABLE, target, why));
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

  /** What a rollback would do as things are; empty where it would be refused. */
  public Optional<RollbackPreview> rollback(String target) throws InterruptedException {
    return StoreQuestion.answer(() -> parts.rollback().preview(target), _ -> Optional.empty());
  }

  /** The executions that wait for an approval or for their time; throws Unreachable. */
  public List<String> waiting() throws InterruptedException {
    var status = situation().with(List.of(), List.of());
    var held = status.waiting().stream().map(PendingApproval::id);
    return Stream.concat(held, status.scheduled().entries().stream().map(ScheduledChange::id))
        .toList();
  }

  /** The latest executions whose question waits for this requester. */
  public List<String> asking(String who) throws InterruptedException {
    var out = new ArrayList<String>();
    for (String id :
        parts.ports().journal().executions().reversed().stream().limit(MOST_ASKING).toList()) {
      if (question(id, who) instanceof OpenQuestion.Waiting) {
        out.add(id);
      }
    }
    return out;
  }

  /** The question that an execution left for its requester. */
  public OpenQuestion question(String id, String who) throws InterruptedException {
    var answer =
        new TaskRequest("", who, parts.ports().time().instant()).after(Conversation.answering(id));
    return switch (parts.conversations().find(answer)) {
      case ConversationFinder.Lookup.Ready(TaskRequest open) ->
          new OpenQuestion.Waiting(open.conversation().offers());
      case ConversationFinder.Lookup.Refused(var flaw, String reason) ->
          new OpenQuestion.Closed(flaw, reason);
    };
  }

  /** What a held execution would change; empty where it isn't held. */
  public Optional<HeldPlan> heldPlan(String id) throws InterruptedException {
    return approvals().plan(id);
  }

  /** What became of a hold, as the state store says. */
  public HoldEnding holdEnding(String id) throws InterruptedException {
    var waits = heldPlan(id).isPresent();
    return waits
        ? new HoldEnding.Waiting()
        : parts
            .store()
            .ledger()
            .read(id)
            .map(s -> HoldEnding.of(s.execution()))
            .orElseGet(HoldEnding.Unrecorded::new);
  }

  private AgentStatusQuery situation() {
    return new AgentStatusQuery(
        parts.ports().state(),
        parts.store().ledger(),
        parts.writeBack(),
        parts.finisher(),
        parts.heldRepairs(),
        parts.scheduler());
  }

  private ApprovalService approvals() {
    return new ApprovalService(parts);
  }
}
