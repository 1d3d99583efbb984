package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/** The leader of a term, who asks gateways in containers as the runtime does. */
record ContainerGatewayCalls(ContainerGatewayExecutor executor, long term) {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  static ContainerGatewayCalls of(String host, long term, ContainerGateway... gateways) {
    var settings = ContainerGatewaySettings.of(Daemons.settings(host), List.of(gateways));
    return new ContainerGatewayCalls(new ContainerGatewayExecutor(settings), term);
  }

  /** An epoch of a policy set without tenants that routes {@code path} to the upstream. */
  static EpochSpec epoch(long epoch, String path, ContainerGateway... gateways) {
    var routes = List.of(new Gateway.Route(path, "search"));
    var host = new Gateway.Identity.Host("test");
    var routing =
        List.of(gateways).stream()
            .map(g -> new Gateway(g.name(), g.namespace(), host, routes))
            .toList();
    var set = PolicySet.of(List.of(), routing, "");
    return Activations.of(set, epoch);
  }

  /** Back to what was observed. */
  static EpochSpec restoring(List<MemberReport> observed, long epoch) {
    return Activations.restoring("gateway", observed, epoch);
  }

  List<MemberReport> ask(ExecutorCall call) {
    try {
      var fence = new FencingToken("tester", term);
      var outcome = executor.execute(new Invocation("gateway", call, fence, DEADLINE));
      return outcome instanceof CallOutcome.Done done ? done.reports() : List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  MemberReport one(ExecutorCall call) {
    var reports = ask(call);
    assertThat(reports).hasSize(1);
    return reports.getFirst();
  }

  MemberReport look(String verb) {
    return one(new ExecutorCall.Look(verb, Map.of()));
  }

  /** From staging until everybody acts on it. */
  void activate(EpochSpec activation) {
    assertYes(ask(new ExecutorCall.Stage(activation)));
    assertYes(ask(new ExecutorCall.Prepare(activation)));
    assertYes(ask(new ExecutorCall.Publish(activation)));
    awaitConverged(activation);
  }

  void awaitConverged(EpochSpec activation) {
    var call = new ExecutorCall.Converge(activation);
    boolean came =
        BoundedWait.cameTrue(
            DEADLINE, () -> ask(call).stream().allMatch(r -> r.answer() == Answer.YES));
    assertThat(came).as(() -> ask(call).toString()).isTrue();
  }

  static void assertYes(List<MemberReport> reports) {
    assertThat(reports)
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(Answer.YES));
  }

  static String body(ContainerGateway gateway, String path) {
    return Failable.get(() ->
        new OneShotHttpClient(gateway.url(), DEADLINE, Optional.empty())
            .send("GET", path, Map.of("Host", "acme.test"))
            .body());
  }
}
