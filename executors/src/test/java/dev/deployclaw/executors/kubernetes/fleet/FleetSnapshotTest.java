package dev.deployclaw.executors.kubernetes.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.PodLabelIndex;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapContents;
import dev.deployclaw.executors.kubernetes.configmap.StagedConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.FleetSnapshot.Needs;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetSnapshotTest {
  private static final int GATEWAYS = 120;

  @TempDir Path folder;

  @AutoClose private Estate estate;
  private final List<KubernetesGateway> gateways = new ArrayList<>();

  @BeforeEach
  void start() {
    estate = new Estate(folder);
    for (int i = 0; i < GATEWAYS; i++) {
      add("gw-%03d".formatted(i));
    }
  }

  @Test
  void readsManyGatewaysByLists() throws Exception {
    int before = estate.api().requests().size();

    var fleet = FleetSnapshot.read(estate.link().api(), gateways, Needs.FILES_AND_PODS);

    var asked = estate.api().requests().subList(before, estate.api().requests().size());
    assertThat(gateways)
        .allSatisfy(g -> {
          assertThat(fleet.of(g)).isInstanceOf(GatewaySnapshot.class);
          assertThat(((GatewaySnapshot) fleet.of(g)).files().missing()).isEmpty();
        });
    assertThat(asked).hasSize(1 + 3 + 1).allMatch(r -> r.contains("limit="));
  }

  @Test
  void readsHandWrittenMapsOfManyGatewaysByLists() throws Exception {
    for (int i = 0; i < GATEWAYS; i++) {
      String map = "by-hand-%03d".formatted(i);
      var object = Estate.json("{'metadata':{'namespace':'edge','name':'%s'}}".formatted(map));
      object.putObject("data").put("nginx.conf", "# by hand " + i);
      estate.api().put(Estate.MAPS + "/" + map, "kubectl-create", object);
      String deployment = "/apis/apps/v1/namespaces/edge/deployments/gw-%03d".formatted(i);
      estate
          .api()
          .edit(
              deployment,
              "kubectl-edit",
              d -> d.withObject("/spec/template/spec/volumes/0/configMap").put("name", map));
    }
    int before = estate.api().requests().size();

    var fleet = FleetSnapshot.read(estate.link().api(), gateways, Needs.FILES);

    var asked = estate.api().requests().subList(before, estate.api().requests().size());
    assertThat(gateways)
        .allSatisfy(g ->
            assertThat(((GatewaySnapshot) fleet.of(g)).text().orElseThrow())
                .startsWith("# by hand"));
    assertThat(asked).hasSizeLessThan(GATEWAYS / 10).allMatch(r -> r.contains("limit="));
  }

  @Test
  void findsEachDeploymentsOwnPodsAmongMany() {
    var one = deployment("{'matchLabels':{'app':'gw','shard':'1'}}");
    var rest =
        deployment(
            "{'matchLabels':{'app':'gw'},"
                + "'matchExpressions':[{'key':'shard','operator':'NotIn','values':['1']}]}");
    var all = deployment("{}");

    var index =
        PodLabelIndex.of(
            List.of(
                pod("a", "{'app':'gw','shard':'1'}", "Running"),
                pod("b", "{'app':'gw','shard':'2'}", "Running"),
                pod("c", "{'app':'web','shard':'1'}", "Running"),
                pod("d", "{'app':'gw','shard':'1'}", "Succeeded")));

    assertThat(index.of(one)).extracting(PodInspector::name).containsExactly("a");
    assertThat(index.of(rest)).extracting(PodInspector::name).containsExactly("b");
    assertThat(index.of(all)).extracting(PodInspector::name).containsExactly("a", "b", "c");
    assertThat(index.of(deployment("{'matchLabels':{'app':'none'}}"))).isEmpty();
  }

  private static Deployment deployment(String selector) {
    return KubernetesJson.read(
        "{\"spec\":{\"selector\":" + selector.replace('\'', '"') + "}}", Deployment.class);
  }

  private static Pod pod(String name, String labels, String phase) {
    String text =
        "{'metadata':{'name':'%s','labels':%s},'status':{'phase':'%s'}}"
            .formatted(name, labels, phase);
    return KubernetesJson.read(text.replace('\'', '"'), Pod.class);
  }

  @Test
  void saysOfOneNamespaceWhatCannotBeReadThere() {
    var elsewhere = new ArrayList<>(gateways);
    var g = Estate.gateway("gw-far");
    elsewhere.add(
        new KubernetesGateway(
            g.name(), "far", "gw-far", "nginx", "conf", g.file(), g.binary(), g.site()));
    estate
        .api()
        .rule(asked ->
            asked.path().startsWith("/apis/apps/v1/namespaces/far")
                ? Optional.of(ApiServer.Answer.refusal(500, "InternalError", "no leader"))
                : Optional.empty());
    var executor =
        new KubernetesGatewayExecutor(estate.link(), Estate.settings(elsewhere, 900 * 1024));

    var observed = Estate.ask(executor, new ExecutorCall.Observe(), 7);

    assertThat(observed).hasSize(GATEWAYS + 1);
    assertThat(observed.getLast().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(observed.subList(0, GATEWAYS)).allMatch(r -> r.answer() == Answer.YES);
  }

  /** What was read before stays, and the call ends by its deadline. */
  @Test
  void asksAServerThatHangsAboutNoFurtherNamespace() throws Exception {
    var hanging = new CountDownLatch(1);
    estate
        .api()
        .rule(asked -> {
          if (asked.path().startsWith("/apis/apps/v1/namespaces/far")) {
            awaitQuietly(hanging);
          }
          return Optional.empty();
        });
    var all = List.of(estate.gateway(), in("far"), in("wide"));

    try (var link = Estate.link(folder, estate.api().url().toString(), Duration.ofMinutes(1))) {
      var executor = new KubernetesGatewayExecutor(link, Estate.settings(all, 900 * 1024));
      var call =
          new Invocation(
              "gateway",
              new ExecutorCall.Observe(),
              new FencingToken("test", 7),
              Duration.ofSeconds(8));

      var outcome = (CallOutcome.Done) executor.execute(call);

      assertThat(outcome.reports())
          .extracting(MemberReport::answer)
          .containsExactly(Answer.YES, Answer.UNKNOWN, Answer.UNKNOWN);
      assertThat(outcome.reports().get(1).reason()).contains("no answer from the API server");
      assertThat(outcome.reports().get(2).reason()).contains("not asked", "in far");
      assertThat(estate.api().requests()).noneMatch(r -> r.contains("/namespaces/wide"));
    } finally {
      hanging.countDown();
    }
  }

  private static KubernetesGateway in(String namespace) {
    var g = Estate.gateway("gw");
    return new KubernetesGateway(
        g.name(), namespace, "gw", "nginx", "conf", g.file(), g.binary(), g.site());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A gateway that mounts a ConfigMap of ours. */
  private void add(String name) {
    var gateway = Estate.gateway(name);
    gateways.add(gateway);
    var piece = ConfigMapContents.of("nginx.conf", "# " + name);
    String map = StagedConfigMaps.name(gateway, 1, "0123456789ab", 0);
    var staged = KubernetesJson.text(StagedConfigMaps.map(gateway, 1, map, piece));
    estate.api().put(Estate.MAPS + "/" + map, "deployclaw", Estate.json(staged));
    var deployment =
        Estate.json(Estate.deployment().toString().replace("\"gw\"", "\"" + name + "\""));
    deployment.withObject("/spec/template/spec/volumes/0/configMap").put("name", map);
    estate
        .api()
        .put("/apis/apps/v1/namespaces/edge/deployments/" + name, "kubectl-create", deployment);
  }
}
