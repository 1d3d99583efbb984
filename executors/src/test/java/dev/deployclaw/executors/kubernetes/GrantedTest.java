package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.look;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.inspect.KubernetesInspectionExecutor;
import dev.deployclaw.executors.kubernetes.source.ConfigMapSourceExecutor;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifests' Role is what the agent asks for in all its verbs, and nothing else. */
class GrantedTest {
  @TempDir Path folder;

  @Test
  void theRoleIsWhatAllVerbsNeed() throws Exception {
    try (var estate = new Estate(folder)) {
      estate.ask(new ExecutorCall.Observe());
      estate.ask(look("topology"));
      estate.ask(look("scan"));
      inspect(estate);
      activate(estate, activation(set(1), 1));
      activate(estate, activation(set(1, Tenants.acme()), 2)); // the same file: it stays
      isYes(estate, new ExecutorCall.Discard(1)); // … and is marked
      changeBetween(estate);
      activate(estate, activation(set(2), 3));
      isYes(estate, new ExecutorCall.Discard(2)); // … and goes

      assertThat(used(estate)).isEqualTo(Granted.permissions());
    }
  }

  @Test
  void whatNoRuleAllowsIsRefused() {
    var rule = Granted.rule();

    assertThat(Granted.permission("DELETE", "/apis/apps/v1/namespaces/edge/deployments/gw"))
        .contains("apps/deployments delete");
    assertThat(Granted.permission("GET", "/api/v1/namespaces/edge/secrets?limit=5"))
        .contains("/secrets list");
    assertThat(Granted.permission("GET", "/api/v1/namespaces/edge")).contains("/namespaces get");
    assertThat(rule.to(asked("GET", "/api/v1/namespaces/edge/secrets/x")))
        .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(403));
    assertThat(rule.to(asked("GET", "/api/v1/namespaces/edge/pods"))).isEmpty();
  }

  @Test
  void whatHasAnotherNameThanAGatewayIsRefused() {
    var rule = Granted.rule();
    String deployments = "/apis/apps/v1/namespaces/edge/deployments";

    assertThat(rule.to(asked("PATCH", deployments + "/gw"))).isEmpty();
    assertThat(rule.to(asked("GET", deployments))).isEmpty();
    assertThat(rule.to(asked("PATCH", deployments + "/billing"))).isPresent();
    assertThat(rule.to(asked("GET", deployments + "/billing"))).isPresent();
    assertThat(rule.to(asked("GET", "/api/v1/namespaces/kube-system"))).isPresent();
  }

  /** Somebody else changes the Deployment between a look at it and the write that follows. */
  private static void changeBetween(Estate estate) {
    var first = new AtomicBoolean(true);
    estate
        .api()
        .rule(call -> {
          boolean write = call.method().equals("PATCH") && call.path().equals(DEPLOYMENT);
          if (write && first.getAndSet(false)) {
            estate
                .api()
                .edit(DEPLOYMENT, "kubectl", d -> d.withObject("/metadata/labels").put("a", "b"));
          }
          return Optional.empty();
        });
  }

  private static Asked asked(String method, String path) {
    return new Asked(method, path, Map.of(), "", "");
  }

  private static void activate(Estate estate, EpochSpec activation) {
    isYes(estate, new ExecutorCall.Stage(activation));
    isYes(estate, new ExecutorCall.Prepare(activation));
    isYes(estate, new ExecutorCall.Publish(activation));
    estate.rollOut();
    isYes(estate, new ExecutorCall.Converge(activation));
  }

  private static void isYes(Estate estate, ExecutorCall call) {
    var report = estate.ask(call);
    assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
  }

  private static void inspect(Estate estate) throws InterruptedException {
    var settings =
        KubernetesSettings.of(
            List.of(), List.of(), List.of(estate.gateway()), Duration.ofSeconds(5));
    var inspecting =
        new KubernetesInspectionExecutor(Optional.of(estate.link()), settings, List.of());
    var sources = List.of(new ConfigMapSource("edge", "", List.of("acme"), WriteBackMode.NONE));
    var reading = new ConfigMapSourceExecutor(estate.link(), sources);

    assertThat(inspecting.execute(of("inspect"))).isInstanceOf(CallOutcome.Done.class);
    assertThat(reading.execute(of("read"))).isInstanceOf(CallOutcome.Done.class);
  }

  private static Invocation of(String verb) {
    return new Invocation("kubernetes", look(verb), FencingToken.NONE, Duration.ofMinutes(1));
  }

  private static Set<String> used(Estate estate) {
    return estate.api().requests().stream()
        .map(request -> request.split(" ", 2))
        .flatMap(pair -> Granted.permission(pair[0], pair[1]).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
