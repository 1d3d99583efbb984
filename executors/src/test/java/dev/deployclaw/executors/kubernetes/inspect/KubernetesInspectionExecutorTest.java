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
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesInspectionExecutorTest {
  @TempDir Path folder;

  @Test
  void isSkippedWhereNoneIsConfigured() throws Exception {
    assertThat(inspect(Optional.empty(), List.of()))
        .containsExactly(MemberReport.skipped("kubernetes", "no kubernetes is configured"));
  }

  @Test
  void saysThatTheFileIsMissing() throws Exception {
    var access =
        new KubernetesConnection.Access(Optional.of(folder.resolve("none")), Optional.empty());
    try (var link = new KubernetesConnection(access, Duration.ofSeconds(5))) {
      var report = inspect(Optional.of(link), List.of()).getFirst();

      assertThat(report.answer()).isEqualTo(Answer.NO);
      assertThat(report.reason()).contains("none can't be read");
    }
  }

  @Test
  void namesAContextThatIsNotThere() throws Exception {
    Estate.link(folder, "http://127.0.0.1:1").close();
    var access =
        new KubernetesConnection.Access(
            Optional.of(folder.resolve("kubeconfig")), Optional.of("production"));
    try (var link = new KubernetesConnection(access, Duration.ofSeconds(5))) {
      assertThat(inspect(Optional.of(link), List.of()).getFirst().reason())
          .contains("has no context production");
    }
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    try (var link = Estate.link(folder, "http://127.0.0.1:" + FreePortFinder.free())) {
      var report = inspect(Optional.of(link), List.of()).getFirst();

      assertThat(report.answer()).isEqualTo(Answer.NO);
      assertThat(report.reason()).contains("can't be reached");
    }
  }

  @Test
  void seesNamespacesGatewaysPodsAndServices() throws Exception {
    try (var estate = new Estate(folder)) {
      estate
          .api()
          .put(
              "/api/v1/namespaces/edge/services/front",
              "kubectl-create",
              Estate.json(
                  "{'metadata':{'namespace':'edge','name':'front'},'spec':{'selector':{'app':'gw'}}}"));

      var reports = inspect(Optional.of(estate.link()), List.of());

      assertThat(reports).extracting(MemberReport::answer).containsOnly(Answer.YES);
      assertThat(reports.getFirst().facts())
          .containsEntry("version", "v1.34.1")
          .containsEntry("namespaces", List.of("edge"));
      assertThat(reports.get(1).member()).isEqualTo("kubernetes/edge");
      assertThat(reports.get(1).facts()).containsEntry("pods", 2).containsEntry("ready", 2);
      assertThat(String.valueOf(reports.get(1).facts().get("gateways")))
          .contains("gw-1-0")
          .contains("services=[front]");
    }
  }

  @Test
  void namesWhatItMayNotSeeAndTheRuleThatWouldAllowIt() throws Exception {
    try (var estate = new Estate(folder)) {
      estate
          .api()
          .rule(asked -> {
            boolean denied = asked.path().endsWith("/pods") || asked.path().endsWith("/namespaces");
            return denied
                ? Optional.of(
                    ApiServer.Answer.refusal(
                        403,
                        "Forbidden",
                        "pods is forbidden: User \"agent\" cannot list resource \"pods\" in API group"))
                : Optional.empty();
          });

      var reports = inspect(Optional.of(estate.link()), List.of());

      assertThat(reports.getFirst().answer()).isEqualTo(Answer.YES);
      assertThat(String.valueOf(reports.getFirst().facts().get("denied")))
          .contains("resources: [\"namespaces\"]")
          .contains("a ClusterRole");
      var edge = reports.get(1);
      assertThat(edge.answer()).isEqualTo(Answer.UNKNOWN);
      assertThat(edge.reason())
          .contains("may not list pods in edge")
          .contains("{apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"list\"]}")
          .contains("a Role of edge");
      assertThat(edge.facts()).containsEntry("deployments", 1).doesNotContainKey("pods");
    }
  }

  @Test
  void saysThatAConfiguredNamespaceIsNotThere() throws Exception {
    try (var estate = new Estate(folder)) {
      var reports = inspect(Optional.of(estate.link()), List.of("shop"));

      assertThat(reports.getLast())
          .isEqualTo(MemberReport.no("kubernetes/shop", "there is no namespace shop"));
    }
  }

  /** Its documented rights are to list ConfigMaps and to see the namespace. */
  @Test
  void asksNothingOfPodsInANamespaceOfPoliciesAlone() throws Exception {
    try (var estate = new Estate(folder)) {
      var policies = List.of(new ConfigMapSource("limits", "", List.of("*"), WriteBackMode.NONE));
      var gateways = List.of(Estate.gateway("gw"));
      estate
          .api()
          .rule(asked ->
              asked.path().contains("/namespaces/limits/")
                  ? Optional.of(
                      ApiServer.Answer.refusal(403, "Forbidden", "cannot list resource \"pods\""))
                  : Optional.empty());

      var reports =
          inspect(
              Optional.of(estate.link()),
              KubernetesSettings.of(List.of(), policies, gateways, Duration.ofSeconds(5)));

      assertThat(reports)
          .extracting(MemberReport::member)
          .containsExactly("kubernetes", "kubernetes/edge");
      assertThat(reports).extracting(MemberReport::answer).containsOnly(Answer.YES);
    }
  }

  @Test
  void asksByListsHoweverManyGatewaysThereAre() throws Exception {
    try (var estate = new Estate(folder)) {
      int few = requests(estate);
      for (int i = 0; i < 60; i++) {
        String name = "gw-more-" + i;
        var deployment = Estate.deployment();
        deployment.withObject("/metadata").put("name", name);
        estate.api().put(Estate.DEPLOYMENT + "-more-" + i, "kubectl-create", deployment);
        estate.pod(name, "'True'", "{}");
      }

      assertThat(requests(estate)).isEqualTo(few);
    }
  }

  /** How many requests an inspection takes. */
  private static int requests(Estate estate) throws InterruptedException {
    int before = estate.api().requests().size();
    assertThat(inspect(Optional.of(estate.link()), List.of()))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
    return estate.api().requests().size() - before;
  }

  private static List<MemberReport> inspect(
      Optional<KubernetesConnection> link, List<String> namespaces) throws InterruptedException {
    return inspect(
        link,
        KubernetesSettings.of(
            namespaces, List.of(), List.of(Estate.gateway("gw")), Duration.ofSeconds(5)));
  }

  private static List<MemberReport> inspect(
      Optional<KubernetesConnection> link, KubernetesSettings settings)
      throws InterruptedException {
    var call =
        new Invocation(
            "kubernetes",
            new ExecutorCall.Look("inspect", Map.of()),
            FencingToken.NONE,
            Duration.ofMinutes(1));
    var outcome = new KubernetesInspectionExecutor(link, settings, List.of()).execute(call);
    return outcome instanceof CallOutcome.Done done ? done.reports() : List.of();
  }
}
