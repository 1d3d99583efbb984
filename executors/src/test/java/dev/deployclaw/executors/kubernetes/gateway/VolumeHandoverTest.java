package dev.deployclaw.executors.kubernetes.gateway;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.inspect.KubernetesInspectionExecutor;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that Flux applies, and how its volume comes to the agent with nothing lost. */
class VolumeHandoverTest {
  private static final int STRICT_MODE = 288;

  @TempDir Path folder;

  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
    estate.api().remove(DEPLOYMENT);
    apply("kustomize-controller", manifest());
    estate.rollOut();
  }

  /** Why the first step is ours: a field that nobody owns is removed with its value. */
  @Test
  void aVolumeIsLostIfItsOnlyOwnerLetsGoOfIt() {
    var emptied = manifest();
    ((ObjectNode) emptied.at("/spec/template/spec/volumes/0")).remove("configMap");

    apply("kustomize-controller", emptied);

    assertThat(estate.volume().has("configMap")).isFalse();
    assertThat(estate.volume().has("emptyDir")).isTrue();
  }

  @Test
  void isHandedOverInTwoStepsAndNothingIsLost() {
    var before = estate.deploymentNow();
    assertThat(vote().reason())
        .contains("kustomize-controller applies the source of its volume conf")
        .contains("First run: deployclaw handover gw");
    assertThat(look().facts()).containsEntry("next", "share");

    var shared = share();

    assertThat(shared.answer()).as(shared.reason()).isEqualTo(Answer.YES);
    assertThat(shared.facts()).containsEntry("next", "release").containsEntry("changed", true);
    assertThat(estate.deploymentNow().path("spec")).isEqualTo(before.path("spec"));
    assertThat(estate.deploymentNow().at("/metadata/generation"))
        .isEqualTo(before.at("/metadata/generation"));
    assertThat(vote().reason())
        .contains("kustomize-controller still applies")
        .contains("remove the whole entry \"- name: conf\"")
        .contains("deployclaw handover gw --check");
    assertThat(look().facts()).containsEntry("next", "release");

    apply("kustomize-controller", withoutVolume());

    assertThat(estate.deploymentNow().path("spec")).isEqualTo(before.path("spec"));
    assertThat(look().facts()).containsEntry("next", "done");
    change(1);
    assertThat(estate.reference()).startsWith("deployclaw-gw-e1-");
    assertThat(estate.volume().at("/configMap/defaultMode").asInt())
        .as("what the other tool set stays")
        .isEqualTo(STRICT_MODE);
    var after = estate.volume();
    apply("kustomize-controller", withoutVolume());
    assertThat(estate.volume()).isEqualTo(after);
  }

  /** For a Deployment that is made anew from its manifest, which has to be valid by itself. */
  @Test
  void anEntryThatKeepsItsNameAloneIsLetGoOfToo() {
    share();
    var before = estate.volume();
    var emptied = manifest();
    ((ObjectNode) emptied.at("/spec/template/spec/volumes/0")).remove("configMap");

    apply("kustomize-controller", emptied);

    assertThat(estate.volume()).isEqualTo(before);
    assertThat(look().facts()).containsEntry("next", "done");
    change(1);
    assertThat(estate.reference()).startsWith("deployclaw-gw-e1-");
  }

  @Test
  void canBeRepeatedAndWritesNothingThen() {
    share();
    var before = estate.deploymentNow();

    var again = share();

    assertThat(again.facts()).containsEntry("changed", false).containsEntry("next", "release");
    assertThat(estate.deploymentNow()).isEqualTo(before);
  }

  @Test
  void aLookTriesItDryAndStoresNothing() {
    var before = estate.deploymentNow();

    look();

    assertThat(estate.api().requests()).anyMatch(r -> r.contains("dryRun=All"));
    assertThat(estate.deploymentNow()).isEqualTo(before);
  }

  @Test
  void namesTheGatewaysWhereItKnowsNoSuchOne() throws InterruptedException {
    var call = new ExecutorCall.Share("gw-9");
    var invocation = new Invocation("kubernetes", call, FencingToken.NONE, Duration.ofMinutes(1));

    var outcome = executor().execute(invocation);

    assertThat(outcome)
        .isEqualTo(
            CallOutcome.failed(
                new CallFault.Invalid(
                    "no gateway in Kubernetes is named gw-9, only [gateway/edge/gw]")));
  }

  @Test
  void saysWhatTheServerRefuses() {
    estate
        .api()
        .rule(asked ->
            asked.method().equals("PATCH")
                ? Optional.of(
                    ApiServer.Answer.refusal(
                        403,
                        "Forbidden",
                        "User \"a\" cannot patch resource \"deployments\" in API group \"apps\""))
                : Optional.empty());

    assertThat(share().reason()).contains("may not patch deployments gw in edge");
    assertThat(look().reason()).contains("may not patch deployments gw in edge");
  }

  @Test
  void marksOfAFormerPublishStay() {
    apply("kustomize-controller", withMap("by-hand"));
    share();
    apply("kustomize-controller", withoutVolume());
    change(1);
    var marks = estate.deploymentNow().at("/metadata/annotations");
    assertThat(marks.has("deployclaw.dev/epoch")).isTrue();
    apply("argocd-controller", withMap(estate.reference()));

    assertThat(share().facts()).containsEntry("next", "release");

    assertThat(estate.deploymentNow().at("/metadata/annotations")).isEqualTo(marks);
  }

  @Test
  void aGatewayThatWasCreatedOnceHasNothingToHandOver() {
    estate.api().remove(DEPLOYMENT);
    estate.api().put(DEPLOYMENT, "kubectl-create", Estate.deployment());

    assertThat(look().facts()).containsEntry("next", "done");
    assertThat(share().facts()).containsEntry("changed", false);
  }

  /** A patch made of the last manifest and the new one removes what only the first has. */
  @Test
  void saysHowAClientSideApplyLetsGo() {
    estate.api().remove(DEPLOYMENT);
    var made = Estate.deployment();
    made.withObject("/metadata/annotations")
        .put("kubectl.kubernetes.io/last-applied-configuration", manifest().toString());
    estate.api().put(DEPLOYMENT, "kubectl-client-side-apply", made);

    assertThat(look().facts()).containsEntry("next", "share");
    var shared = share();
    assertThat(shared.facts()).as(shared.reason()).containsEntry("next", "release");
    assertThat(String.valueOf(look().facts().get("left")))
        .contains("kubectl apply set-last-applied");
  }

  private void change(long epoch) {
    var activation = activation(set(2), epoch);
    for (ExecutorCall call :
        List.<ExecutorCall>of(
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation))) {
      var report = estate.ask(call);
      assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
    }
    estate.rollOut();
  }

  private MemberReport vote() {
    var activation = activation(set(1), 1);
    estate.ask(new ExecutorCall.Stage(activation));
    return estate.ask(new ExecutorCall.Prepare(activation));
  }

  private MemberReport look() {
    return ask(new ExecutorCall.Look("ownership", Map.of()));
  }

  private MemberReport share() {
    return ask(new ExecutorCall.Share("gw"));
  }

  private MemberReport ask(ExecutorCall call) {
    var executor = executor();
    var invocation = new Invocation("kubernetes", call, FencingToken.NONE, Duration.ofMinutes(1));
    try {
      return executor.execute(invocation) instanceof CallOutcome.Done done
          ? done.reports().getFirst()
          : MemberReport.unknown("kubernetes", "failed");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private KubernetesInspectionExecutor executor() {
    var settings =
        KubernetesSettings.of(
            List.of(), List.of(), List.of(estate.gateway()), Duration.ofSeconds(5));
    return new KubernetesInspectionExecutor(Optional.of(estate.link()), settings, List.of());
  }

  private static ObjectNode manifest() {
    var all = Estate.deployment();
    ((ObjectNode) all.at("/spec/template/spec/volumes/0/configMap"))
        .put("defaultMode", STRICT_MODE);
    return all;
  }

  private static ObjectNode withoutVolume() {
    var all = manifest();
    ((ArrayNode) all.at("/spec/template/spec/volumes")).remove(0);
    return all;
  }

  private static ObjectNode withMap(String map) {
    var all = manifest();
    ((ObjectNode) all.at("/spec/template/spec/volumes/0/configMap")).put("name", map);
    return all;
  }

  /** As {@code kubectl apply --server-side --force-conflicts} does. */
  private void apply(String manager, JsonNode object) {
    var answer = estate.api().apply(DEPLOYMENT, manager, object);
    assertThat(answer.status()).as(answer.body()).isIn(200, 201);
  }
}
