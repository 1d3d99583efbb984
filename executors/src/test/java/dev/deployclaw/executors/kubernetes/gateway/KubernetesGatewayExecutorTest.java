package dev.deployclaw.executors.kubernetes.gateway;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.MAPS;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.look;
import static dev.deployclaw.executors.kubernetes.Estate.restoring;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.Tenants;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesGatewayExecutorTest {
  private static final int SMALL = 5_000;
  private static final int LARGE = 900 * 1024;

  @TempDir Path folder;

  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
  }

  @Test
  void bringsAnEpochToAllPods() {
    var first = activation(set(1), 1);

    isYes(estate.ask(new ExecutorCall.Stage(first)), first);
    assertThat(estate.reference()).isEqualTo("by-hand");
    isYes(estate.ask(new ExecutorCall.Prepare(first)), first);
    assertThat(estate.ask(new ExecutorCall.Publish(first)).facts())
        .containsEntry("changed", true)
        .containsEntry("taken_from", List.of("kubectl-create"));
    assertThat(estate.ask(new ExecutorCall.Converge(first)).reason()).contains("generation 2");
    estate.rollOut();

    isYes(estate.ask(new ExecutorCall.Converge(first)), first);
    assertThat(estate.staged()).containsExactly(MAPS + "/" + estate.reference());
    var map = estate.api().object(MAPS + "/" + estate.reference()).orElseThrow();
    assertThat(map.path("immutable").asBoolean()).isTrue();
    assertThat(map.at("/data/nginx.conf").asText()).contains("auth_request");
    assertThat(estate.deploymentNow().at("/metadata/annotations/deployclaw.dev~1term").asText())
        .isEqualTo("7");
    assertThat(estate.ask(look("scan")).facts()).containsEntry("managed", true);
    assertThat(estate.ask(look("marks")).facts()).containsEntry("epoch", 1L);
  }

  @Test
  void touchesNoPodForAFileThatRunsAlready() {
    activate(activation(set(1), 1));
    var before = estate.deploymentNow();
    var second = activation(set(1, Tenants.acme()), 2);

    isYes(estate.ask(new ExecutorCall.Stage(second)), second);
    assertThat(estate.ask(new ExecutorCall.Prepare(second)).facts())
        .containsEntry("preflight", "not needed: its pods run this file");
    assertThat(estate.ask(new ExecutorCall.Publish(second)).facts())
        .containsEntry("changed", false);

    isYes(estate.ask(new ExecutorCall.Converge(second)), second);
    var after = estate.deploymentNow();
    assertThat(after.path("spec")).isEqualTo(before.path("spec"));
    assertThat(after.at("/metadata/annotations/deployclaw.dev~1epoch").asText()).isEqualTo("2");
  }

  @Test
  void repeatsEveryVerbWithoutAnotherEffect() {
    var first = activation(set(1), 1);
    activate(first);
    var before = estate.deploymentNow();

    activate(first);

    assertThat(estate.ask(new ExecutorCall.Publish(first)).facts()).containsEntry("changed", false);
    assertThat(estate.deploymentNow().path("spec")).isEqualTo(before.path("spec"));
    assertThat(estate.deploymentNow().at("/metadata/generation"))
        .isEqualTo(before.at("/metadata/generation"));
    assertThat(estate.staged()).hasSize(1);
  }

  @Test
  void putsBackTheVolumeThatWasFound() {
    var observed = estate.ask(new ExecutorCall.Observe());
    var found = estate.volume();
    activate(activation(set(1), 1));

    activate(restoring(observed, 2));

    assertThat(estate.volume()).isEqualTo(found);
    assertThat(estate.ask(look("scan")).facts()).containsEntry("managed", false);
  }

  @Test
  void putsBackWhatAConfigMapHeldWhenSomebodyChangedItSince() {
    var observed = estate.ask(new ExecutorCall.Observe());
    activate(activation(set(1), 1));
    estate
        .api()
        .edit(
            MAPS + "/by-hand",
            "kubectl-edit",
            m -> m.withObject("/data").put("nginx.conf", "# changed"));

    activate(restoring(observed, 2));

    assertThat(estate.reference()).startsWith("deployclaw-gw-e2-");
    var map = estate.api().object(MAPS + "/" + estate.reference()).orElseThrow();
    assertThat(map.at("/data/nginx.conf").asText()).isEqualTo(Estate.BY_HAND);
  }

  @Test
  void seesThatTheFoundConfigMapWasChangedDuringTheRun() {
    var before = estate.ask(new ExecutorCall.Observe());
    estate
        .api()
        .edit(
            MAPS + "/by-hand",
            "kubectl-edit",
            m -> m.withObject("/data").put("nginx.conf", "# changed"));

    assertThat(estate.ask(new ExecutorCall.Observe()).digest()).isNotEqualTo(before.digest());
  }

  @Test
  void refusesAStagedConfigMapThatSomebodyReplaced() {
    var first = activation(set(1), 1);
    estate.ask(new ExecutorCall.Stage(first));
    String path = estate.staged().getFirst();
    var map = estate.api().object(path).orElseThrow();
    map.withObject("/data").put("nginx.conf", "# another");
    estate.api().put(path, "kubectl-replace", map);

    var again = estate.ask(new ExecutorCall.Stage(first));
    var vote = estate.ask(new ExecutorCall.Prepare(first));

    assertThat(List.of(again, vote)).extracting(MemberReport::answer).containsOnly(Answer.NO);
    assertThat(vote.reason()).contains("conflict over ConfigMap").contains("something else");
    assertThat(estate.ask(new ExecutorCall.Publish(first)).answer()).isEqualTo(Answer.NO);
    assertThat(estate.reference()).isEqualTo("by-hand");
  }

  @Test
  void votesNoForWhatWasNeverStaged() {
    var vote = estate.ask(new ExecutorCall.Prepare(activation(set(1), 1)));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("epoch 1 is not staged");
  }

  @Test
  void triesAgainOnAConflictAndKeepsWhatSomebodyElseChanged() {
    var first = activation(set(1), 1);
    estate.ask(new ExecutorCall.Stage(first));
    onPatch(1, d -> d.withObject("/spec").put("replicas", 3));

    isYes(estate.ask(new ExecutorCall.Publish(first)), first);

    assertThat(estate.reference()).startsWith("deployclaw-gw-e1-");
    assertThat(estate.deploymentNow().at("/spec/replicas").asInt()).isEqualTo(3);
  }

  @Test
  void givesUpOnADeploymentThatChangesAllTheTime() {
    activate(activation(set(1), 1)); // nobody but us owns the volume's source any more
    var first = activation(set(2), 2);
    estate.ask(new ExecutorCall.Stage(first));
    onPatch(Integer.MAX_VALUE, d -> d.withObject("/spec").put("minReadySeconds", d.hashCode()));

    var published = estate.ask(new ExecutorCall.Publish(first));

    assertThat(published.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(published.reason())
        .contains("keeps changing during the write, last by vertical-autoscaler at ");
  }

  @Test
  void neverOverrulesWhoAppliesTheSameField() {
    var first = activation(set(1), 1);
    estate.ask(new ExecutorCall.Stage(first));
    ownedBy("kustomize-controller");

    var topology = estate.ask(look("topology"));
    var vote = estate.ask(new ExecutorCall.Prepare(first));
    var published = estate.ask(new ExecutorCall.Publish(first));

    assertThat(List.of(topology, vote, published))
        .allSatisfy(r -> {
          assertThat(r.answer()).isEqualTo(Answer.NO);
          assertThat(r.reason())
              .contains("kustomize-controller applies")
              .contains("First run: deployclaw handover gw");
        });
    assertThat(estate.reference()).isEqualTo("by-hand");
  }

  @Test
  void refusesAnEarlierTermAndAnEarlierEpoch() {
    activate(activation(set(1), 5));

    var stale = estate.ask(new ExecutorCall.Publish(activation(set(1), 4)));
    var deposed = estate.ask(new ExecutorCall.Publish(activation(set(1), 6)), 6, LARGE);
    var staging = estate.ask(new ExecutorCall.Stage(activation(set(1), 6)), 6, LARGE);

    assertThat(stale.reason()).contains("the later epoch 5");
    assertThat(deposed.reason()).contains("the later term 7");
    assertThat(staging.answer()).isEqualTo(Answer.NO);
    assertThat(estate.deploymentNow().at("/metadata/annotations/deployclaw.dev~1epoch").asText())
        .isEqualTo("5");
  }

  @Test
  void seesAReferenceThatSomebodyMovedBack() {
    var first = activation(set(1), 1);
    activate(first);
    estate
        .api()
        .edit(
            DEPLOYMENT,
            "kubectl-rollout",
            d ->
                ((ObjectNode) d.at("/spec/template/spec/volumes/0/configMap"))
                    .put("name", "by-hand"));
    estate.rollOut();

    var converged = estate.ask(new ExecutorCall.Converge(first));
    var scanned = estate.ask(look("scan"));

    assertThat(List.of(converged, scanned))
        .allSatisfy(r -> {
          assertThat(r.answer()).isEqualTo(Answer.NO);
          assertThat(r.reason()).contains("by-hand").contains("changed by kubectl-rollout");
        });
    isYes(estate.ask(new ExecutorCall.Publish(first)), first);
    assertThat(estate.reference()).startsWith("deployclaw-gw-e1-");
  }

  @Test
  void findsASubPathBeforeAnythingIsPlanned() {
    estate
        .api()
        .edit(
            DEPLOYMENT,
            "kubectl-edit",
            d ->
                ((ObjectNode) d.at("/spec/template/spec/containers/0/volumeMounts/0"))
                    .put("mountPath", "/etc/nginx/nginx.conf")
                    .put("subPath", "nginx.conf"));

    assertThat(List.of(estate.ask(look("topology")), estate.ask(new ExecutorCall.Observe())))
        .allSatisfy(r -> {
          assertThat(r.answer()).isEqualTo(Answer.NO);
          assertThat(r.reason())
              .contains("by subPath at /etc/nginx/nginx.conf")
              .contains("mount the volume as a folder");
        });
  }

  @Test
  void saysWhatIsMissingInATemplate() {
    var gateway = Estate.gateway("gw");
    var wrong =
        List.of(
            with(gateway, "other", "nginx", "conf"),
            with(gateway, "gw", "envoy", "conf"),
            with(gateway, "gw", "nginx", "certs"),
            with(gateway, "gw", "nginx", "cache"),
            with(gateway, "gw", "ratelimit", "conf"));

    var executor = new KubernetesGatewayExecutor(estate.link(), Estate.settings(wrong, LARGE));

    assertThat(Estate.ask(executor, look("topology"), 7))
        .extracting(MemberReport::reason)
        .containsExactly(
            "there is no Deployment other in edge",
            "its pods have no container envoy, only [nginx, ratelimit]",
            "its pods have no volume certs, only [conf, cache]",
            "its volume cache is not made of ConfigMaps alone: make it a configMap volume",
            "its container ratelimit doesn't mount the volume conf: mount it as a folder");
  }

  @Test
  void cutsALargeFileAndPutsItTogetherAgain() {
    var large = activation(set(80), 1);

    activate(large, SMALL);

    assertThat(estate.staged()).hasSizeGreaterThan(3);
    assertThat(estate.volume().at("/projected/sources")).hasSize(estate.staged().size());
    assertThat(estate.volume().has("configMap")).isFalse();
    assertThat(estate.ask(look("scan"), 7, SMALL).facts()).containsEntry("managed", true);

    activate(activation(set(1), 2));

    assertThat(estate.reference()).startsWith("deployclaw-gw-e2-");
    assertThat(estate.volume().has("projected")).isFalse();
  }

  private void onPatch(int times, Consumer<ObjectNode> edit) {
    var left = new AtomicInteger(times);
    estate
        .api()
        .rule(asked -> {
          if (asked.method().equals("PATCH")
              && asked.path().equals(DEPLOYMENT)
              && left.getAndDecrement() > 0) {
            estate.api().edit(DEPLOYMENT, "vertical-autoscaler", edit);
          }
          return Optional.empty();
        });
  }

  /** As if a tool had applied the Deployment first of all. */
  private void ownedBy(String manager) {
    var applied = estate.deploymentNow();
    applied.remove("status");
    applied.putObject("metadata").put("name", "gw");
    estate
        .api()
        .edit(
            DEPLOYMENT, "x", d -> d.withObject("/metadata").putArray("managedFields").addObject());
    estate.api().apply(DEPLOYMENT, manager, applied);
  }

  private static KubernetesGateway with(
      KubernetesGateway g, String deployment, String container, String volume) {
    return new KubernetesGateway(
        g.name(), g.namespace(), deployment, container, volume, g.file(), g.binary(), g.site());
  }

  private void activate(EpochSpec activation) {
    activate(activation, LARGE);
  }

  private void activate(EpochSpec activation, int shardBytes) {
    isYes(estate.ask(new ExecutorCall.Stage(activation), 7, shardBytes), activation);
    isYes(estate.ask(new ExecutorCall.Prepare(activation), 7, shardBytes), activation);
    isYes(estate.ask(new ExecutorCall.Publish(activation), 7, shardBytes), activation);
    estate.rollOut();
    isYes(estate.ask(new ExecutorCall.Converge(activation), 7, shardBytes), activation);
  }

  private static void isYes(MemberReport report, EpochSpec activation) {
    assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
    assertThat(report.digest()).isEqualTo(activation.digest());
  }
}
