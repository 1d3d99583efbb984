package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.sandbox.PlainHttp;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The leader of a term, who asks gateways in containers as the runtime does. */
record Asking(ContainerGatewayExecutor executor, long term) {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  static Asking of(String host, long term, ContainerGateway... gateways) {
    var settings = ContainerGatewaySettings.of(Daemons.settings(host), List.of(gateways));
    return new Asking(new ContainerGatewayExecutor(settings), term);
  }

  /** An epoch of a policy set without tenants that routes {@code path} to the upstream. */
  static Activation epoch(long epoch, String path, ContainerGateway... gateways) {
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
  static Activation restoring(List<Report> observed, long epoch) {
    return Activations.restoring("gateway", observed, epoch);
  }

  List<Report> ask(Call call) {
    try {
      var fence = new Fence("tester", term);
      var outcome = executor.execute(new Invocation("gateway", call, fence, DEADLINE));
      return outcome instanceof Outcome.Done done ? done.reports() : List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Report one(Call call) {
    var reports = ask(call);
    assertThat(reports).hasSize(1);
    return reports.getFirst();
  }

  Report look(String verb) {
    return one(new Call.Look(verb, Map.of()));
  }

  /** From staging until everybody acts on it. */
  void activate(Activation activation) {
    assertYes(ask(new Call.Stage(activation)));
    assertYes(ask(new Call.Prepare(activation)));
    assertYes(ask(new Call.Publish(activation)));
    awaitConverged(activation);
  }

  void awaitConverged(Activation activation) {
    var call = new Call.Converge(activation);
    boolean came =
        Await.cameTrue(DEADLINE, () -> ask(call).stream().allMatch(r -> r.answer() == Answer.YES));
    assertThat(came).as(() -> ask(call).toString()).isTrue();
  }

  static void assertYes(List<Report> reports) {
    assertThat(reports)
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(Answer.YES));
  }

  static String body(ContainerGateway gateway, String path) {
    try {
      return new PlainHttp(gateway.url(), DEADLINE)
          .send("GET", path, Map.of("Host", "acme.test"))
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
