package dev.deployclaw.executors.kubernetes.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.Granted;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.client.RbacRequest;
import dev.deployclaw.executors.kubernetes.configmap.ServedConfigMap;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the product's Role lacks is known before a change needs it. */
class AccessReviewTest {
  private static final ConfigMapSource SOURCE =
      new ConfigMapSource("edge", "", List.of("*"), WriteBackMode.NONE);
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/edge";

  @TempDir Path folder;

  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
    estate.api().user("secret", "system:serviceaccount:edge:deployclaw");
    estate
        .api()
        .put(
            RBAC + "/rolebindings/deployclaw",
            "kubectl",
            Estate.json(
                "{'metadata':{'namespace':'edge','name':'deployclaw'},"
                    + "'roleRef':{'kind':'Role','name':'deployclaw'},'subjects':"
                    + "[{'kind':'ServiceAccount','name':'deployclaw','namespace':'edge'}]}"));
    allow(Granted.rules());
  }

  @Test
  void theShippedRoleHasAllThatIsNeeded() {
    var reports = access(settings(List.of(SOURCE), estate.gateway()), List.of());

    assertThat(reports).extracting(MemberReport::answer).containsOnly(Answer.YES);
    assertThat(reports)
        .extracting(MemberReport::member)
        .containsExactly("kubernetes", "kubernetes/edge");
  }

  @Test
  void eachVerbThatIsTakenOutOfTheShippedRoleIsNamedAndNothingElse() {
    for (var rule : Granted.rules()) {
      for (String verb : rule.getVerbs()) {
        allow(without(rule, verb));

        var missing = missing(access(settings(List.of(SOURCE), estate.gateway()), List.of()));

        assertThat(missing).as(rule + " without " + verb).hasSize(1);
        assertThat(missing.getFirst())
            .contains("resources: [\"%s\"]".formatted(rule.getResources().getFirst()))
            .endsWith("verbs: [\"%s\"]} in a Role of edge".formatted(verb));
      }
    }
  }

  @Test
  void eachRuleThatIsTakenOutOfTheShippedRoleIsNamedAsOne() {
    for (var rule : Granted.rules()) {
      var others = new ArrayList<>(Granted.rules());
      others.remove(rule);
      allow(others);

      var missing = missing(access(settings(List.of(SOURCE), estate.gateway()), List.of()));

      assertThat(missing).as(String.valueOf(rule)).hasSize(1);
      assertThat(rule.getVerbs()).allSatisfy(v -> assertThat(missing.getFirst()).contains(v));
    }
  }

  @Test
  void namesTheDeploymentThatTheRoleForgets() {
    var reports =
        access(settings(List.of(), estate.gateway(), Estate.gateway("new-gw")), List.of());

    assertThat(reports.getLast().reason())
        .isEqualTo("may not get, patch deployments new-gw in edge");
    assertThat(missing(reports))
        .containsExactly(
            "{apiGroups: [\"apps\"], resources: [\"deployments\"], resourceNames: [\"new-gw\"],"
                + " verbs: [\"get\", \"patch\"]} in a Role of edge");
  }

  @Test
  void asksForNothingThatTheConfigurationDoesNotNeed() {
    var read = RequiredRights.of(settings(List.of(SOURCE)), List.of());
    var written =
        RequiredRights.of(
            settings(
                List.of(
                    new ConfigMapSource(
                        "p", "", List.of("*"), new WriteBackMode.Source(List.of())))),
            List.of());
    var served =
        RequiredRights.of(
            KubernetesSettings.NONE, List.of(new ServedConfigMap("shop", "shop", "limits")));

    assertThat(words(read))
        .containsExactly("get /version", "list configmaps in edge", "get namespaces edge in edge");
    assertThat(words(written))
        .containsExactly(
            "get /version",
            "list configmaps in p",
            "get configmaps in p",
            "patch configmaps in p",
            "get namespaces p in p");
    assertThat(words(served))
        .containsExactly(
            "get /version",
            "get configmaps in shop",
            "create configmaps in shop",
            "patch configmaps in shop",
            "delete configmaps in shop");
  }

  /** A right that nobody may ask for isn't one that is missing. */
  @Test
  void saysThatItMayNotAsk() {
    estate
        .api()
        .rule(asked ->
            asked.path().equals(REVIEWS)
                ? Optional.of(
                    ApiServer.Answer.refusal(
                        403,
                        "Forbidden",
                        "User \"a\" cannot create resource \"selfsubjectaccessreviews\""))
                : Optional.empty());

    var reports = access(settings(List.of(), estate.gateway()), List.of());

    assertThat(reports).extracting(MemberReport::answer).containsOnly(Answer.SKIPPED);
    assertThat(reports.getLast().reason()).contains("may not create selfsubjectaccessreviews");
  }

  @Test
  void whatIsNotAnsweredIsUnknown() {
    estate.api().close();

    var reports = access(settings(List.of(), estate.gateway()), List.of());

    assertThat(reports).extracting(MemberReport::answer).containsOnly(Answer.UNKNOWN);
  }

  /** What the Role of the agent says from now on. */
  private void allow(List<PolicyRule> rules) {
    var role =
        new RoleBuilder()
            .withNewMetadata()
            .withNamespace("edge")
            .withName("deployclaw")
            .endMetadata()
            .withRules(rules)
            .build();
    estate.api().put(RBAC + "/roles/deployclaw", "kubectl", Estate.json(KubernetesJson.text(role)));
  }

  private static List<PolicyRule> without(PolicyRule rule, String verb) {
    var left = new ArrayList<>(rule.getVerbs());
    left.remove(verb);
    return Granted.rules().stream()
        .map(r -> r.equals(rule) ? new PolicyRuleBuilder(r).withVerbs(left).build() : r)
        .toList();
  }

  private static KubernetesSettings settings(
      List<ConfigMapSource> policies, KubernetesGateway... gateways) {
    return KubernetesSettings.of(List.of(), policies, List.of(gateways), Duration.ofSeconds(5));
  }

  private List<MemberReport> access(KubernetesSettings settings, List<ServedConfigMap> stores) {
    var call =
        new Invocation(
            "kubernetes",
            new ExecutorCall.Look("access", Map.of()),
            FencingToken.NONE,
            Duration.ofMinutes(1));
    try {
      var executor = new KubernetesInspectionExecutor(Optional.of(estate.link()), settings, stores);
      return executor.execute(call) instanceof CallOutcome.Done done ? done.reports() : List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> missing(List<MemberReport> reports) {
    return reports.stream()
        .map(r -> r.facts().get("missing"))
        .filter(List.class::isInstance)
        .flatMap(m -> ((List<?>) m).stream())
        .map(m -> String.valueOf(((Map<?, ?>) m).get("rule")))
        .toList();
  }

  private static List<String> words(RequiredRights rights) {
    return rights.asks().stream().map(RbacRequest::words).toList();
  }
}
