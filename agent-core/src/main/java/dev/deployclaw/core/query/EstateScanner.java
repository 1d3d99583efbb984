package dev.deployclaw.core.query;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.core.drift.CanaryDrift;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.DriftComparison;
import dev.deployclaw.core.drift.OrphanedState;
import dev.deployclaw.core.drift.RedisMeasurements;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.CohortSplit;
import dev.deployclaw.core.ledger.EnforcedState;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.SourceDrift;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.survey.EstateSurvey;
import dev.deployclaw.core.survey.RenderedConfigCheck;
import dev.deployclaw.core.survey.UnrestoredMembers;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Looks at the whole estate and changes nothing. Needs no leadership and leaves no log. */
public record EstateScanner(AgentPorts ports, AgentSettings settings, ChangeStore store) {
  /** What is wanted, committed and enforced, and how they differ. */
  public ScanReport scan() throws InterruptedException {
    return inspect(TaskOperation.SCAN, Optional.empty());
  }

  /** How what is enforced differs from what is committed; documents and checks don't count. */
  public ScanReport drift() throws InterruptedException {
    var seen = inspect(TaskOperation.CHECK_DRIFT, Optional.empty());
    boolean same = seen.drift().isEmpty();
    return new ScanReport(
        same ? ExitCode.OK : ExitCode.INVALID,
        same ? "" : Discrepancy.sentence(seen.drift()),
        seen.epoch(),
        seen.looks(),
        seen.drift(),
        List.of(),
        List.of(),
        Optional.empty(),
        seen.truth(),
        seen.known());
  }

  /** The checks of the policies, and where something is committed, synthetic requests. */
  public ScanReport validate() throws InterruptedException {
    return inspect(TaskOperation.VALIDATE, probe());
  }

  /** Overlays that are to end, by what was committed; the sources aren't read. */
  public List<Overlay> temporary() throws InterruptedException {
    var now = ports.time().instant();
    return store.archive().provenance(store.ledger().base().epoch()).overlays().stream()
        .filter(o -> o.by().until().filter(now::isBefore).isPresent())
        .toList();
  }

  /**
   * Overlays that still stand when their time is over. Sources are only read if there may be any.
   */
  public List<Overlay> expired() throws InterruptedException {
    var now = ports.time().instant();
    var base = store.ledger().base();
    var provenance = store.archive().provenance(base.epoch());
    if (provenance.overlays().stream().noneMatch(o -> o.expired(now))) {
      return List.of();
    }
    var committed = store.archive().committed(base).orElse(PolicySet.EMPTY);
    var read = new EstateSurvey(ports, settings).quietly("sources.read");
    return provenance.effective(committed, SourceReports.collect(read, committed)).stream()
        .filter(o -> o.expired(now))
        .toList();
  }

  private ScanReport inspect(TaskOperation operation, Optional<CallOutcome> probe)
      throws InterruptedException {
    var survey = new EstateSurvey(ports, settings);
    for (var step : SkillPinCheck.latest(ports.procedures(), operation).steps()) {
      for (String look : step.operations()) {
        boolean kernels = look.startsWith("policies.") || KernelPhaseOrder.activates(look);
        if (!kernels) {
          survey.quietly(look);
        }
      }
    }
    var staged = stagedEpochs();
    var base = store.ledger().base();
    var stored = store.archive().committed(base);
    var committed = stored.orElse(PolicySet.EMPTY);
    var sources = SourceReports.collect(survey.quietly("sources.read"), committed);
    var drift = new ArrayList<Discrepancy>();
    if (stored.isEmpty()) {
      drift.add(unreadable(base));
    }
    drift.addAll(DriftComparison.of(ground(base), committed, survey.looks(), sources.policies()));
    var active = store.ledger().active();
    active.ifPresent(a -> drift.addAll(CanaryDrift.of(a, survey.looks())));
    drift.addAll(unrestored(base, survey));
    if (!committed.tenants().isEmpty()) {
      drift.addAll(renditions(drift));
      var used = new TreeSet<>(staged);
      active.flatMap(CommittedEpoch::candidate).ifPresent(c -> used.add(c.epoch()));
      drift.addAll(OrphanedState.of(survey.looks(), base.epoch(), used));
    }
    ahead(drift);
    var findings = findings(committed, sources, survey.looks());
    String wrong = wrong(drift, sources, findings, probe);
    return new ScanReport(
        wrong.isEmpty() ? ExitCode.OK : ExitCode.INVALID,
        wrong,
        base.epoch(),
        survey.looks(),
        drift,
        sources.problems(),
        findings,
        probe,
        SourceDrift.of(committed, store.archive().provenance(base.epoch()), sources)
            .at(ports.time().instant()),
        ScanReport.Known.of(committed, sources));
  }

  /**
   * What the open change and held ones may have staged; read before what is committed, since it
   * becomes that.
   */
  private Set<Long> stagedEpochs() throws InterruptedException {
    var staged = new TreeSet<Long>();
    var open = store.ledger().open();
    var change =
        open.isEmpty() ? Optional.<StoredExecution>empty() : store.ledger().read(open.get());
    change.ifPresent(c -> staged.add(c.execution().epoch()));
    store.ledger().changes().stream()
        .filter(x -> x.state() instanceof ChangeState.Held)
        .forEach(x -> staged.add(x.epoch()));
    return staged;
  }

  private List<Discrepancy> unrestored(BaseEpoch base, EstateSurvey survey)
      throws InterruptedException {
    var participants = new ParticipantFanout(ports.executors(), settings);
    return new UnrestoredMembers(store.ledger(), store.archive(), participants)
        .among(base, survey.looks(), CallContext.looking());
  }

  /** Only where what is committed can be read. */
  private List<Discrepancy> renditions(List<Discrepancy> told) throws InterruptedException {
    var now = enforced();
    return now.isEmpty()
        ? List.of()
        : new RenderedConfigCheck(ports, settings).differing(now.get(), told);
  }

  private Optional<EpochSpec> enforced() throws InterruptedException {
    String name = "inspect-" + ports.time().instant().toEpochMilli();
    return new EnforcedState(store).now(name).activation();
  }

  /** Who is ahead by what no scan compares: a fence, or a term. */
  private void ahead(List<Discrepancy> drift) throws InterruptedException {
    for (var one : new RegressionDetector(ports, settings).look().ahead()) {
      boolean told =
          drift.stream()
              .anyMatch(d -> d.kind() == Discrepancy.Kind.AHEAD && d.member().equals(one.member()));
      if (!told) {
        drift.add(new Discrepancy(Discrepancy.Kind.AHEAD, one.member(), one.text()));
      }
    }
  }

  /** What can't be read is not empty, and what is enforced can't be compared with it. */
  private static Discrepancy unreadable(BaseEpoch base) {
    return new Discrepancy(
        Discrepancy.Kind.MISSING,
        ExecutorRegistry.STORE,
        "the policy set of the committed epoch "
            + base.epoch()
            + " is missing or damaged, so rules can't be compared",
        "restore its keys from a backup of etcd, or return to another epoch with: "
            + "deployclaw rollback");
  }

  /** Of what is committed; before the first change, of what the sources want. */
  private List<PolicyFinding> findings(
      PolicySet committed, CollectedPolicies sources, Map<String, CallOutcome> looks) {
    var wanted = PolicySet.of(sources.policies().values(), settings.gateways(), "");
    var set = committed.tenants().isEmpty() ? wanted : committed;
    return CheckedTarget.of(set, set, RedisMeasurements.of(looks), settings.stepFactor())
        .findings()
        .stream()
        .filter(f -> !f.evidence().isEmpty() || measured(f.check(), looks))
        .toList();
  }

  /** A scan looks at no clock and takes no round trip: that they aren't known is no finding. */
  private static boolean measured(CheckKind check, Map<String, CallOutcome> looks) {
    return (check != CheckKind.LATENCY || looks.containsKey("redis.latency"))
        && (check != CheckKind.CLOCK || looks.containsKey("redis.clock"));
  }

  /** While a candidate is on trial, of each side of its cohort; the first that isn't well. */
  private Optional<CallOutcome> probe() throws InterruptedException {
    var executor = ports.executors().named("probe");
    var now = new EnforcedState(store).now("validate-" + ports.time().instant().toEpochMilli());
    var enforced = now.activation().filter(a -> !a.set().tenants().isEmpty());
    var last = Optional.<CallOutcome>empty();
    if (executor.isEmpty() || enforced.isEmpty()) {
      return last;
    }
    for (var side : CohortSplit.of(enforced.get())) {
      var call = new ExecutorCall.Probe(side, settings.probes());
      var outcome =
          ports
              .calls()
              .one(executor.get(), call, CallContext.looking(), settings.bounds().converge());
      last = Optional.of(outcome);
      if (!ScanReport.unenforced(outcome).isEmpty()) {
        return last;
      }
    }
    return last;
  }

  private static String wrong(
      List<Discrepancy> drift,
      CollectedPolicies sources,
      List<PolicyFinding> findings,
      Optional<CallOutcome> probe) {
    if (!sources.problems().isEmpty()) {
      return sources.problems().getFirst().text();
    }
    var error = findings.stream().filter(f -> f.severity() == Severity.ERROR).findFirst();
    if (error.isPresent()) {
      return error.get().reason();
    }
    if (!drift.isEmpty()) {
      return Discrepancy.sentence(drift);
    }
    return probe.map(ScanReport::unenforced).orElse("");
  }

  private static ChangePlan.Ground ground(BaseEpoch base) {
    return new ChangePlan.Ground(base.epoch(), base.digest(), base.revision());
  }
}
