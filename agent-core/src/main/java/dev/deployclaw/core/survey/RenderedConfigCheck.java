package dev.deployclaw.core.survey;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether gateways and configuration stores hold what the committed set renders to for them. A look
 * sees that a file or a document agrees with itself; what it has to be, only its own executor
 * knows. Asks, and changes nothing.
 */
public record RenderedConfigCheck(AgentPorts ports, AgentSettings settings) {
  private static final List<String> RENDERING = List.of(ExecutorRegistry.GATEWAYS, "configuration");

  /**
   * @param told what is known already: of each member one difference is enough
   */
  public List<Discrepancy> differing(EpochSpec committed, Collection<Discrepancy> told)
      throws InterruptedException {
    var members = told.stream().map(Discrepancy::member).collect(Collectors.toUnmodifiableSet());
    var asked = RENDERING.stream().flatMap(n -> ports.executors().named(n).stream()).toList();
    var answers =
        ports
            .calls()
            .all(
                asked,
                new ExecutorCall.Converge(committed),
                CallContext.looking(),
                settings.bounds().call());
    List<Discrepancy> found = new ArrayList<>();
    for (var outcome : answers.values()) {
      if (outcome instanceof CallOutcome.Done done) {
        done.reports().forEach(report -> add(found, members, report));
      }
    }
    return found;
  }

  private static void add(List<Discrepancy> found, Set<String> told, MemberReport report) {
    if (report.answer() == Answer.NO && !told.contains(report.member())) {
      found.add(new Discrepancy(Kind.DIFFERENT, report.member(), report.reason()));
    }
  }
}
