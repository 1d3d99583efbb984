package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An estate whose Deployment has two gateways, each with a container and a volume of its own. */
final class SharedEstate implements AutoCloseable {
  private final Estate estate;
  private final KubernetesGateway inner;

  SharedEstate(Path folder) {
    estate = new Estate(folder);
    var g = estate.gateway();
    inner =
        new KubernetesGateway(
            "inner", g.namespace(), "gw", "inner", "inner-conf", g.file(), g.binary(), g.site());
    estate.api().put(DEPLOYMENT, "kubectl-create", deployment());
    estate.rollOut();
  }

  Estate one() {
    return estate;
  }

  /** Staged, voted for, published, rolled out and acted on by both. */
  void bring(EpochSpec activation) {
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

  List<MemberReport> both(ExecutorCall call) {
    return both(call, 900 * 1024);
  }

  List<MemberReport> both(ExecutorCall call, int shardBytes) {
    var settings = Estate.settings(List.of(estate.gateway(), inner), shardBytes);
    return Estate.ask(new KubernetesGatewayExecutor(estate.link(), settings), call, 7);
  }

  static void yes(List<MemberReport> reports) {
    assertThat(reports)
        .isNotEmpty()
        .allSatisfy(
            r -> assertThat(r.answer()).as(r.member() + ": " + r.reason()).isEqualTo(Answer.YES));
  }

  ObjectNode volume(String name) {
    for (var volume : estate.deploymentNow().at("/spec/template/spec/volumes")) {
      if (volume.path("name").asText().equals(name)) {
        return (ObjectNode) volume;
      }
    }
    throw new AssertionError("no volume " + name);
  }

  String source(String volume) {
    return volume(volume).at("/configMap/name").asText();
  }

  long generation() {
    return estate.deploymentNow().at("/metadata/generation").asLong();
  }

  static PolicySet set(int routes, TenantPolicy... tenants) {
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

  @Override
  public void close() {
    estate.close();
  }
}
