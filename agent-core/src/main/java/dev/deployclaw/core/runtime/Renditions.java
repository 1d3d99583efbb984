package dev.deployclaw.core.runtime;

import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.Discrepancy.Kind;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether gateways and configuration stores hold what the committed set comes to at them. A look
 * sees that a file or a document agrees with itself; what it has to be, only its own executor
 * knows. Asks, and changes nothing.
 */
final class Renditions {
  private static final List<String> RENDERING = List.of(Executors.GATEWAYS, "configuration");

  private final Ports ports;
  private final Settings settings;

  Renditions(Ports ports, Settings settings) {
    this.ports = ports;
    this.settings = settings;
  }

  /**
   * @param told what is known already: of each member one difference is enough
   */
  List<Discrepancy> differing(Activation committed, Collection<Discrepancy> told)
      throws InterruptedException {
    var members = told.stream().map(Discrepancy::member).collect(Collectors.toUnmodifiableSet());
    var asked = RENDERING.stream().flatMap(n -> ports.executors().named(n).stream()).toList();
    var answers =
        ports
            .executors()
            .calls()
            .all(asked, new Call.Converge(committed), Mandate.looking(), settings.bounds().call());
    List<Discrepancy> found = new ArrayList<>();
    for (var outcome : answers.values()) {
      if (outcome instanceof Outcome.Done done) {
        done.reports().forEach(report -> add(found, members, report));
      }
    }
    return found;
  }

  private static void add(List<Discrepancy> found, Set<String> told, Report report) {
    if (report.answer() == Answer.NO && !told.contains(report.member())) {
      found.add(new Discrepancy(Kind.DIFFERENT, report.member(), report.reason()));
    }
  }
}
