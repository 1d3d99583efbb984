package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.plan.CandidateDrift;
import dev.deployclaw.core.plan.Coherence;
import dev.deployclaw.core.plan.Comparison;
import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.KernelOrder;
import dev.deployclaw.core.plan.LeftOver;
import dev.deployclaw.core.plan.Measurements;
import dev.deployclaw.core.plan.Overlay;
import dev.deployclaw.core.plan.Plan;
import dev.deployclaw.core.plan.SourceReports;
import dev.deployclaw.core.plan.Truth;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Finding;
import dev.deployclaw.policy.check.Severity;
import dev.deployclaw.policy.parse.Collected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Looks at the whole estate and changes nothing. Needs no leadership and leaves no log. */
final class Inspector {
  private final Ports ports;
  private final Settings settings;
  private final Ledger ledger;
  private final Archive archive;

  Inspector(Ports ports, Settings settings, Orchestrator orchestrator) {
    this.ports = ports;
    this.settings = settings;
    this.ledger = orchestrator.ledger();
    this.archive = orchestrator.archive();
  }

  /** What is wanted, committed and enforced, and how they differ. */
  ScanAnswer scan() throws InterruptedException {
    return inspect(Operation.SCAN, Optional.empty());
  }

  /** How what is enforced differs from what is committed; documents and checks don't count. */
  ScanAnswer drift() throws InterruptedException {
    var seen = inspect(Operation.CHECK_DRIFT, Optional.empty());
    boolean same = seen.drift().isEmpty();
    return new ScanAnswer(
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
  ScanAnswer validate() throws InterruptedException {
    return inspect(Operation.VALIDATE, probe());
  }

  /**
   * Overlays that still stand when their time is over. Sources are only read if there may be any.
   */
  List<Overlay> expired() throws InterruptedException {
    var now = ports.time().instant();
    var base = ledger.base();
    var provenance = archive.provenance(base.epoch());
    if (provenance.overlays().stream().noneMatch(o -> o.expired(now))) {
      return List.of();
    }
    var committed = archive.committed(base).orElse(PolicySet.EMPTY);
    var read = new Survey(ports, settings).quietly("sources.read");
    return provenance.standing(committed, SourceReports.collect(read, committed)).stream()
        .filter(o -> o.expired(now))
        .toList();
  }

  private ScanAnswer inspect(Operation operation, Optional<Outcome> probe)
      throws InterruptedException {
    var survey = new Survey(ports, settings);
    for (var step : SkillCheck.latest(ports.playbook(), operation).steps()) {
      for (String look : step.operations()) {
        boolean kernels = look.startsWith("policies.") || KernelOrder.activates(look);
        if (!kernels) {
          survey.quietly(look);
        }
      }
    }
    var staged = stagedEpochs();
    var base = ledger.base();
    var stored = archive.committed(base);
    var committed = stored.orElse(PolicySet.EMPTY);
    var sources = SourceReports.collect(survey.quietly("sources.read"), committed);
    var drift = new ArrayList<Discrepancy>();
    if (stored.isEmpty()) {
      drift.add(unreadable(base));
    }
    drift.addAll(Comparison.of(ground(base), committed, survey.looks(), sources.policies()));
    var active = ledger.active();
    active.ifPresent(a -> drift.addAll(CandidateDrift.of(a, survey.looks())));
    drift.addAll(unrestored(base, survey));
    if (!committed.tenants().isEmpty()) {
      drift.addAll(renditions(drift));
      var used = new TreeSet<>(staged);
      active.flatMap(Active::candidate).ifPresent(c -> used.add(c.epoch()));
      drift.addAll(LeftOver.of(survey.looks(), base.epoch(), used));
    }
    ahead(drift);
    var findings = findings(committed, sources, survey.looks());
    String wrong = wrong(drift, sources, findings, probe);
    return new ScanAnswer(
        wrong.isEmpty() ? ExitCode.OK : ExitCode.INVALID,
        wrong,
        base.epoch(),
        survey.looks(),
        drift,
        sources.problems(),
        findings,
        probe,
        Truth.of(committed, archive.provenance(base.epoch()), sources).at(ports.time().instant()),
        ScanAnswer.Known.of(committed, sources));
  }

  /**
   * What the open change and held ones may have staged; read before what is committed, since it
   * becomes that.
   */
  private Set<Long> stagedEpochs() throws InterruptedException {
    var staged = new TreeSet<Long>();
    var open = ledger.open();
    var change = open.isEmpty() ? Optional.<Stored>empty() : ledger.read(open.get());
    change.ifPresent(c -> staged.add(c.execution().epoch()));
    ledger.changes().stream()
        .filter(x -> x.state() instanceof State.Held)
        .forEach(x -> staged.add(x.epoch()));
    return staged;
  }

  private List<Discrepancy> unrestored(Base base, Survey survey) throws InterruptedException {
    var crew = new Crew(ports.executors(), settings);
    return new UnrestoredMembers(ledger, archive, crew)
        .among(base, survey.looks(), Mandate.looking());
  }

  /** Only where what is committed can be read. */
  private List<Discrepancy> renditions(List<Discrepancy> told) throws InterruptedException {
    var now = enforced();
    return now.isEmpty() ? List.of() : new Renditions(ports, settings).differing(now.get(), told);
  }

  private Optional<Activation> enforced() throws InterruptedException {
    String name = "inspect-" + ports.time().instant().toEpochMilli();
    return new Enforced(ledger, archive).now(name).activation();
  }

  /** Who is ahead by what no scan compares: a fence, or a term. */
  private void ahead(List<Discrepancy> drift) throws InterruptedException {
    for (var one : new Regression(ports, settings).look().ahead()) {
      boolean told =
          drift.stream()
              .anyMatch(d -> d.kind() == Discrepancy.Kind.AHEAD && d.member().equals(one.member()));
      if (!told) {
        drift.add(new Discrepancy(Discrepancy.Kind.AHEAD, one.member(), one.text()));
      }
    }
  }

  /** What can't be read is not empty, and what is enforced can't be compared with it. */
  private static Discrepancy unreadable(Base base) {
    return new Discrepancy(
        Discrepancy.Kind.MISSING,
        Executors.STORE,
        "the policy set of the committed epoch "
            + base.epoch()
            + " is missing or damaged, so rules can't be compared",
        "put its keys back from a backup of etcd, or go back to another epoch with: deployclaw"
            + " rollback");
  }

  /** Of what is committed; before the first change, of what the sources want. */
  private List<Finding> findings(
      PolicySet committed, Collected sources, Map<String, Outcome> looks) {
    var wanted = PolicySet.of(sources.policies().values(), settings.gateways(), "");
    var set = committed.tenants().isEmpty() ? wanted : committed;
    return Coherence.of(set, set, Measurements.of(looks), settings.stepFactor()).findings();
  }

  /** While a candidate is on trial, of each side of its cohort; the first that isn't well. */
  private Optional<Outcome> probe() throws InterruptedException {
    var executor = ports.executors().named("probe");
    var now =
        new Enforced(ledger, archive).now("validate-" + ports.time().instant().toEpochMilli());
    var enforced = now.activation().filter(a -> !a.set().tenants().isEmpty());
    var last = Optional.<Outcome>empty();
    if (executor.isEmpty() || enforced.isEmpty()) {
      return last;
    }
    for (var side : Sides.of(enforced.get())) {
      var call = new Call.Probe(side, settings.probes());
      var outcome =
          ports
              .executors()
              .calls()
              .one(executor.get(), call, Mandate.looking(), settings.bounds().converge());
      last = Optional.of(outcome);
      if (!unenforced(outcome).isEmpty()) {
        return last;
      }
    }
    return last;
  }

  private static String wrong(
      List<Discrepancy> drift, Collected sources, List<Finding> findings, Optional<Outcome> probe) {
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
    return probe.map(Inspector::unenforced).orElse("");
  }

  static String unenforced(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed(var fault) -> fault.reason();
      case Outcome.Done done ->
          done.reports().stream()
              .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
              .findFirst()
              .map((Report r) -> r.member() + ": " + r.reason())
              .orElse("");
    };
  }

  private static Plan.Ground ground(Base base) {
    return new Plan.Ground(base.epoch(), base.digest(), base.revision());
  }
}
