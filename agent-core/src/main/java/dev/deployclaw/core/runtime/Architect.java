package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.LeftOut;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The agent's verbs. Those that may write first take the lead and finish what an agent that died
 * left behind. Each call carries out one request on the caller's thread; don't share an object
 * between threads. Expected failures come back as values; an exception is a bug.
 */
public final class Architect {
  private final Ports ports;
  private final Settings settings;
  private final Orchestrator orchestrator;
  private final Stories stories;
  private final Epilogue epilogue;
  private final WriteBacks writeBacks;
  private final Leading leading;
  private final Inspector inspector;
  private final Freezing freezing;

  /**
   * @throws IllegalArgumentException when no participant stores policy sets
   */
  public Architect(Ports ports, Settings settings, Progress progress) {
    boolean stores =
        ports.executors().participants().stream().anyMatch(e -> e.name().equals(Executors.STORE));
    if (!stores) {
      throw new IllegalArgumentException("no participant stores policy sets");
    }
    this.ports = ports;
    this.settings = settings;
    this.orchestrator = new Orchestrator(ports, settings);
    this.stories = new Stories(ports, settings, progress);
    var overstepping = new Overstepping(ports, settings);
    this.epilogue =
        new Epilogue(
            orchestrator.ledger(), new Anchor(ports.state()), ports.objects(), overstepping);
    this.writeBacks = new WriteBacks(ports, settings, orchestrator);
    var recovery =
        new Recovery(
            new Recovery.Parts(orchestrator, stories, epilogue, writeBacks, settings.gate()),
            ports);
    this.freezing = new Freezing(ports, stories, epilogue);
    var alarm = new ForkAlarm(ports, settings, freezing);
    this.leading =
        new Leading(ports, settings, new Leading.Parts(stories, epilogue, recovery, alarm));
    this.inspector = new Inspector(ports, settings, orchestrator);
  }

  /** Carries a request out: from the plan to the validated change, or to where it ends before. */
  public Ended run(TaskRequest request) throws InterruptedException {
    return leading.back(
        request,
        seen -> new Acceptance(this, ports, settings).outvoteInWords(seen, request),
        leadership -> new Running(this, leadership).run(request));
  }

  /** What a request would do. Nothing is written, and no log is left. */
  public PlanAnswer plan(TaskRequest request) throws InterruptedException {
    return new PlanPreview(this, ports, settings).of(request);
  }

  /** Lets a held change go on, and carries it out. */
  public Ended approve(String id, String who) throws InterruptedException {
    return approve(id, who, "");
  }

  /**
   * The same, if its plan is the one that was read.
   *
   * @param plan its hash, or how that begins
   */
  public Ended approve(String id, String who, String plan) throws InterruptedException {
    return leading.run(
        Optional.empty(), leadership -> approvals().approve(id, who, plan, leadership));
  }

  /** Ends a held change, and removes what was staged. */
  public Ended reject(String id, String who) throws InterruptedException {
    return leading.run(Optional.empty(), leadership -> approvals().reject(id, who, leadership));
  }

  /**
   * Why an approval or a rejection would be refused as things stand; empty where it would not be.
   * Needs no leadership, so it is judged once more when the word is carried out.
   *
   * @param approves whether it is an approval
   * @param plan for an approval, the plan's hash that is quoted, or how it begins
   */
  public Optional<Objection> objection(String id, String who, boolean approves, String plan)
      throws InterruptedException {
    return approvals().objection(id, who, approves, plan);
  }

  /** What a held execution would change; empty where it isn't held. */
  public Optional<HeldPlan> heldPlan(String id) throws InterruptedException {
    return approvals().plan(id);
  }

  /** Leaves a log of a request that isn't carried out, and why. */
  public Ended decline(TaskRequest request, String reason) throws InterruptedException {
    var ending = new Ending(Result.ABORTED, ExitCode.ABORTED, reason);
    return leading.turnedAway(Optional.of(request), ending, false);
  }

  /**
   * Goes back to what a committed change replaced.
   *
   * @param target its execution's id, or {@code last}
   */
  public Ended rollback(String target, String who) throws InterruptedException {
    return rollback(target, asked("rollback " + target, who));
  }

  /** The same, as it was asked. */
  public Ended rollback(String target, TaskRequest request) throws InterruptedException {
    return leading.back(
        request,
        seen -> new Acceptance(this, ports, settings).outvote(seen, request),
        leadership -> new Running(this, leadership).rollback(target, request));
  }

  /**
   * Stops every change that isn't committed, until somebody thaws; a way back goes on. Needs no
   * leadership.
   */
  public Ended freeze(String who, String reason) throws InterruptedException {
    return freezing.freeze(asked("freeze: " + reason, who), reason);
  }

  /** Freezes where the stream holds another record than a log; once. Throws Unreachable. */
  public List<Ended> alarm() throws InterruptedException {
    return leading.alarm();
  }

  /**
   * Shares the volume of a gateway in Kubernetes with the tool that applies it, so that the tool
   * may let go of it. Needs no leadership.
   */
  public Ended share(TaskRequest request, String gateway) throws InterruptedException {
    return new VolumeSharing(ports, settings, stories, epilogue).share(request, gateway);
  }

  /** Lets changes begin and commit again. */
  public Ended thaw(String who) throws InterruptedException {
    return freezing.thaw(asked("thaw", who));
  }

  private TaskRequest asked(String text, String who) {
    return new TaskRequest(text, who, ports.time().instant());
  }

  /** Finishes what an agent that died left behind. */
  public RecoveryAnswer recover() throws InterruptedException {
    return leading.recover(Optional.empty());
  }

  /**
   * The same; a way back that waits for these members ends without those of them that still can't
   * go back, by this person's word. They are drift from then on.
   *
   * @param members by name
   */
  public RecoveryAnswer leaveOut(List<String> members, String who) throws InterruptedException {
    return leading.recover(Optional.of(new LeftOut(members, who)));
  }

  /** Who is ahead of the state store, as after a restored backup; then nothing may be written. */
  public List<Ahead> regressed() throws InterruptedException {
    return new Regression(ports, settings).look().ahead();
  }

  /**
   * A person's word that the state store holds although back ends are ahead of it: what they name
   * is never given out again, and what is committed goes into force under a new epoch.
   */
  public Ended acceptRegression(TaskRequest request) throws InterruptedException {
    return new Acceptance(this, ports, settings).run(request);
  }

  public ScanAnswer scan() throws InterruptedException {
    try {
      return inspector.scan();
    } catch (Unreachable e) {
      return ScanAnswer.unreachable(Leading.reason(e));
    }
  }

  /** How what is enforced differs from what is committed. */
  public ScanAnswer drift() throws InterruptedException {
    try {
      return inspector.drift();
    } catch (Unreachable e) {
      return ScanAnswer.unreachable(Leading.reason(e));
    }
  }

  /** Puts back what is committed where something else is enforced. Never a new epoch. */
  public Ended repair(TaskRequest request) throws InterruptedException {
    return leading.run(
        Optional.of(request), leadership -> new Running(this, leadership).repair(request));
  }

  /**
   * Puts back what a back end lost of the committed epoch and holds no more. Never over what
   * somebody changed. Empty where nothing was lost, or nothing may be done now.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Optional<Ended> reassert() throws InterruptedException {
    return new Reassertion(this, ports, settings).run();
  }

  /** Whether the checkpoint of an id, or {@code last}, carries a way back, and what that does. */
  public CheckpointAnswer verifyCheckpoint(String target) throws InterruptedException {
    try {
      return new Rehearsal(this, ports, settings).verify(target);
    } catch (Unreachable e) {
      return CheckpointAnswer.without(ExitCode.UNREACHABLE, target, Leading.reason(e));
    }
  }

  /** Lets the records of all but this machine's latest executions leave for the bucket. */
  public Pruned prune(int keep) throws InterruptedException {
    return new Pruning(ports, orchestrator.ledger(), settings).prune(keep);
  }

  /** What is to begin at a time; throws {@link Unreachable} when that can't be read. */
  public ScheduleAnswer scheduled() throws InterruptedException {
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
  public Ended begin(String id) throws InterruptedException {
    return leading.run(Optional.empty(), leadership -> timetable().begin(id, leadership));
  }

  Timetable timetable() {
    return new Timetable(this, ports);
  }

  public ScanAnswer validate() throws InterruptedException {
    try {
      return inspector.validate();
    } catch (Unreachable e) {
      return ScanAnswer.unreachable(Leading.reason(e));
    }
  }

  /**
   * Whether each enforcement point enforces what is committed. Nothing but counters of its own is
   * written, so any number of agents may ask at once.
   *
   * @param within the longest that the synthetic requests may take
   */
  public HeartbeatAnswer heartbeat(Duration within) throws InterruptedException {
    try {
      return new Heartbeat(ports, settings, orchestrator).beat(within);
    } catch (Unreachable e) {
      return HeartbeatAnswer.unknown(Leading.reason(e));
    }
  }

  /** Where things stand, and whose time is over: for that, the sources may be read. */
  public StatusAnswer status() throws InterruptedException {
    try {
      return situation().with(inspector.expired());
    } catch (Unreachable e) {
      return StatusAnswer.unreachable(Leading.reason(e));
    }
  }

  /** The same from the state store alone, for who looks often: it names no overlay. */
  public StatusAnswer standing() throws InterruptedException {
    try {
      return situation().with(List.of());
    } catch (Unreachable e) {
      return StatusAnswer.unreachable(Leading.reason(e));
    }
  }

  /** The policies that are committed. */
  public PoliciesAnswer policies() throws InterruptedException {
    return PoliciesAnswer.committed(orchestrator);
  }

  /** The policies of an epoch that the state store still has, committed or not. */
  public PoliciesAnswer policies(long epoch) throws InterruptedException {
    return PoliciesAnswer.of(epoch, orchestrator.archive());
  }

  /** What each committed epoch changed of a tenant, the latest first; at most so many. */
  public HistoryAnswer history(String tenant, int most) throws InterruptedException {
    try {
      return new History(orchestrator, ports).of(tenant, most);
    } catch (Unreachable e) {
      return HistoryAnswer.unreachable(Leading.reason(e));
    }
  }

  /**
   * How much of their limits tenants use now.
   *
   * @param over between the two readings of what was allowed and refused
   */
  public UsageAnswer usage(Duration over) throws InterruptedException {
    try {
      return new Usage(ports, settings, orchestrator).measure(over);
    } catch (Unreachable e) {
      return UsageAnswer.unreachable(Leading.reason(e));
    }
  }

  /** What a client would meet with one request, now. Charges nothing. */
  public ClientAnswer check(ClientQuestion question) throws InterruptedException {
    try {
      return new ClientView(ports, settings, orchestrator).of(question);
    } catch (Unreachable e) {
      return ClientAnswer.unreachable(Leading.reason(e));
    }
  }

  Draft draft(TaskRequest request, Story story) throws InterruptedException {
    var base = orchestrator.ledger().base();
    var committed = orchestrator.archive().committed(base);
    if (committed.isEmpty()) {
      String lost = "the committed policy set of epoch " + base.epoch() + " can't be read";
      return new Draft.Over(Ending.unreachable(lost));
    }
    var provenance = orchestrator.archive().provenance(base.epoch());
    var standing = new Drafting.Standing(base, committed.get(), provenance);
    return new Drafting(ports, settings, story, standing).draft(request);
  }

  Orchestrator orchestrator() {
    return orchestrator;
  }

  Stories stories() {
    return stories;
  }

  Time time() {
    return ports.time();
  }

  SkillCheck skills() {
    return new SkillCheck(ports.playbook());
  }

  WayBack wayBack() {
    return new WayBack(orchestrator, epilogue, ports, settings);
  }

  Snapshot snapshot() {
    return new Snapshot(orchestrator, epilogue, ports, settings);
  }

  Repair repairing() {
    return new Repair(orchestrator, epilogue, ports, settings);
  }

  WriteBacks writeBacks() {
    return writeBacks;
  }

  Epilogue epilogue() {
    return epilogue;
  }

  Leading leading() {
    return leading;
  }

  HeldRepairs heldRepairs() {
    return new HeldRepairs(ports, orchestrator.ledger(), epilogue);
  }

  private Situation situation() {
    return new Situation(ports.state(), orchestrator.ledger(), writeBacks, epilogue, heldRepairs());
  }

  private Approvals approvals() {
    return new Approvals(this, settings.gate());
  }
}
