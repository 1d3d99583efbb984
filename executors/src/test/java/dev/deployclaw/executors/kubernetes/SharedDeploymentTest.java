package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.MAPS;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.json;
import static dev.deployclaw.executors.kubernetes.Estate.look;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways of one Deployment, each with a container and a volume of its own. */
class SharedDeploymentTest {
  @TempDir Path folder;

  private Estate estate;
  private KubernetesGateway inner;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
    var g = estate.gateway();
    inner =
        new KubernetesGateway(
            "inner", g.namespace(), "gw", "inner", "inner-conf", g.file(), g.binary(), g.site());
    estate.api().put(DEPLOYMENT, "kubectl-create", deployment());
    estate.rollOut();
  }

  @AfterEach
  void stop() {
    estate.close();
  }

  @Test
  void bothAreBroughtToAnEpochByOneWrite() {
    var first = activation(set(1), 1);
    long generation = generation();

    yes(both(new ExecutorCall.Stage(first)));
    yes(both(new ExecutorCall.Prepare(first)));
    var published = both(new ExecutorCall.Publish(first));

    yes(published);
    assertThat(published)
        .extracting(MemberReport::member)
        .containsExactly("gateway/edge/gw", "gateway/edge/inner");
    assertThat(generation()).isEqualTo(generation + 1);
    assertThat(source("conf")).startsWith("deployclaw-gw-e1-");
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e1-");
    estate.rollOut();
    yes(both(new ExecutorCall.Converge(first)));
    assertThat(both(look("marks"))).allMatch(r -> Long.valueOf(1).equals(r.facts().get("epoch")));
  }

  /** Another order of the volumes is another template, and so another ReplicaSet. */
  @Test
  void theVolumesStayInTheirOrder() {
    estate
        .api()
        .edit(
            DEPLOYMENT,
            "kubectl-create",
            o -> {
              var volumes = (ArrayNode) o.at("/spec/template/spec/volumes");
              volumes.add(volumes.remove(names(o).indexOf("conf")));
            });
    var order = names(estate.api().object(DEPLOYMENT).orElseThrow());
    assertThat(order).containsSubsequence("inner-conf", "conf");

    bring(activation(set(1), 1));
    bring(activation(set(1, Tenants.acme()), 2)); // annotations alone

    assertThat(names(estate.api().object(DEPLOYMENT).orElseThrow())).isEqualTo(order);
  }

  private static List<String> names(ObjectNode deployment) {
    return deployment
        .at("/spec/template/spec/volumes")
        .valueStream()
        .map(v -> v.path("name").asText())
        .toList();
  }

  @Test
  void theNextEpochLeavesBothVolumesWhole() {
    bring(activation(set(1), 1));
    bring(activation(set(2), 2));

    assertThat(source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e2-");
    bring(activation(set(2, Tenants.acme()), 3)); // annotations alone
    assertThat(source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(both(look("marks"))).allMatch(r -> Long.valueOf(3).equals(r.facts().get("epoch")));
  }

  @Test
  void oneThatCanNotGoKeepsItsVolumeAndItsMarks() {
    bring(activation(set(1), 1));
    var second = activation(set(2), 2);
    yes(both(new ExecutorCall.Stage(second)));
    estate.api().paths().stream()
        .filter(p -> p.startsWith(MAPS + "/deployclaw-inner-e2-"))
        .forEach(estate.api()::remove);

    var published = both(new ExecutorCall.Publish(second));

    assertThat(published).extracting(MemberReport::answer).containsExactly(Answer.YES, Answer.NO);
    assertThat(source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e1-");
    assertThat(both(look("marks"))).extracting(r -> r.facts().get("epoch")).containsExactly(2L, 1L);
  }

  @Test
  void aConflictIsTriedAgainForBoth() {
    var first = activation(set(1), 1);
    yes(both(new ExecutorCall.Stage(first)));
    var once = new AtomicBoolean(true);
    estate
        .api()
        .rule(asked -> {
          if (asked.method().equals("PATCH")
              && asked.path().equals(DEPLOYMENT)
              && once.getAndSet(false)) {
            estate.api().edit(DEPLOYMENT, "hpa", d -> d.withObject("/spec").put("replicas", 3));
          }
          return Optional.empty();
        });

    yes(both(new ExecutorCall.Publish(first)));

    assertThat(source("conf")).startsWith("deployclaw-gw-e1-");
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e1-");
  }

  @Test
  void aGatewayThatIsAddedLaterTakesOverNoMarksOfTheFirst() {
    var first = activation(set(1), 1);
    alone(first);
    var template = estate.deploymentNow().at("/spec/template");

    var seen = both(look("marks"));
    assertThat(seen).extracting(r -> r.facts().get("epoch")).containsExactly(1L, 0L);
    assertThat(seen).extracting(r -> r.facts().get("term")).containsExactly(7L, 7L);
    yes(both(look("scan")));

    bring(activation(set(1, Tenants.acme()), 2));

    assertThat(source("conf")).isEqualTo(template.at("/spec/volumes/0/configMap/name").asText());
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e2-");
    yes(both(look("scan")));
  }

  @Test
  void aGatewayThatIsTakenOutOfTheConfigurationKeepsItsVolume() {
    bring(activation(set(1), 1));

    alone(activation(set(2), 2));

    assertThat(source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e1-");
    assertThat(estate.ask(look("marks")).facts()).containsEntry("epoch", 2L);
    assertThat(both(look("marks"))).extracting(r -> r.facts().get("epoch")).containsExactly(2L, 1L);
  }

  @Test
  void aChangeOfShapeTakesOneWriteToo() {
    int small = 5_000;
    var large = activation(set(80), 1);
    long generation = generation();
    yes(both(new ExecutorCall.Stage(large), small));

    yes(both(new ExecutorCall.Publish(large), small));

    assertThat(generation()).isEqualTo(generation + 1);
    assertThat(volume("conf").at("/projected/sources")).isNotEmpty();
    assertThat(volume("inner-conf").at("/projected/sources")).isNotEmpty();
    bring(activation(set(1), 2));
    bring(activation(set(2), 3));
    assertThat(source("conf")).startsWith("deployclaw-gw-e3-");
    assertThat(source("inner-conf")).startsWith("deployclaw-inner-e3-");
  }

  @Test
  void bothGetBackWhatWasFound() {
    var observed = both(new ExecutorCall.Observe());
    bring(activation(set(1), 1));

    bring(Activations.restoring("gateway", observed, 2));

    assertThat(source("conf")).isEqualTo("by-hand");
    assertThat(source("inner-conf")).isEqualTo("by-hand");
  }

  private void bring(EpochSpec activation) {
    for (ExecutorCall call :
        List.of(
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation))) {
      yes(both(call));
    }
    estate.rollOut();
    yes(both(new ExecutorCall.Converge(activation)));
  }

  /** The first gateway, where the configuration knows no other. */
  private void alone(EpochSpec activation) {
    for (ExecutorCall call :
        List.of(
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation))) {
      yes(List.of(estate.ask(call)));
    }
    estate.rollOut();
    yes(List.of(estate.ask(new ExecutorCall.Converge(activation))));
  }

  private List<MemberReport> both(ExecutorCall call) {
    return both(call, 900 * 1024);
  }

  private List<MemberReport> both(ExecutorCall call, int shardBytes) {
    var settings = Estate.settings(List.of(estate.gateway(), inner), shardBytes);
    return Estate.ask(new KubernetesGatewayExecutor(estate.link(), settings), call, 7);
  }

  private static void yes(List<MemberReport> reports) {
    assertThat(reports)
        .isNotEmpty()
        .allSatisfy(
            r -> assertThat(r.answer()).as(r.member() + ": " + r.reason()).isEqualTo(Answer.YES));
  }

  private ObjectNode volume(String name) {
    for (var volume : estate.deploymentNow().at("/spec/template/spec/volumes")) {
      if (volume.path("name").asText().equals(name)) {
        return (ObjectNode) volume;
      }
    }
    throw new AssertionError("no volume " + name);
  }

  private String source(String volume) {
    return volume(volume).at("/configMap/name").asText();
  }

  private long generation() {
    return estate.deploymentNow().at("/metadata/generation").asLong();
  }

  private static PolicySet set(int routes, TenantPolicy... tenants) {
    var all = new ArrayList<Gateway.Route>();
    for (int i = 0; i < routes; i++) {
      all.add(new Gateway.Route("/search" + i, "search"));
    }
    var host = new Gateway.Identity.Host("test");
    var gateways =
        List.of(new Gateway("gw", "edge", host, all), new Gateway("inner", "edge", host, all));
    return PolicySet.of(List.of(tenants), gateways, "");
  }

  private static ObjectNode deployment() {
    ObjectNode deployment = Estate.deployment();
    var spec = deployment.at("/spec/template/spec");
    ((ArrayNode) spec.path("containers"))
        .add(
            json(
                "{'name':'inner','image':'nginx:1.28',"
                    + "'volumeMounts':[{'name':'inner-conf','mountPath':'/etc/nginx/dc'}]}"));
    ((ArrayNode) spec.path("volumes"))
        .add(json("{'name':'inner-conf','configMap':{'name':'by-hand','defaultMode':420}}"));
    return deployment;
  }
}
