package dev.deployclaw.executors.kubernetes.configmap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a ConfigMap that services read, at an API server of their own. */
abstract class ServedConfigMapCases {
  static final String MAPS = "/api/v1/namespaces/shop/configmaps/";
  static final String SERVED = MAPS + "limits";
  static final FencingToken FENCE = new FencingToken("a", 7);
  static final FencingToken OLDER = new FencingToken("b", 6);
  static final PolicySet FIRST = SampleSets.of(30);
  static final PolicySet SECOND = SampleSets.of(20);

  @TempDir Path folder;

  final ApiServer server = ApiServer.start();
  KubernetesConnection link;
  ConfigMapStoreExecutor stores;

  @BeforeEach
  void open() {
    server.put("/api/v1/namespaces/shop", "kubectl", Estate.json("{'metadata':{'name':'shop'}}"));
    link = Estate.link(folder, server.url().toString());
    stores =
        new ConfigMapStoreExecutor(link, List.of(new ServedConfigMap("shop", "shop", "limits")));
  }

  @AfterEach
  void close() {
    link.close();
    server.close();
  }

  void byHand(String manager) {
    server.put(
        SERVED,
        manager,
        Estate.json(
            "{'metadata':{'namespace':'shop','name':'limits','annotations':{'note':'mine'}},"
                + "'data':{'rate.conf':'5'}}"));
  }

  void carryOut(EpochSpec activation) throws InterruptedException {
    report(new ExecutorCall.Stage(activation));
    assertThat(report(new ExecutorCall.Prepare(activation)).reason()).isEmpty();
    assertThat(report(new ExecutorCall.Publish(activation)).reason()).isEmpty();
  }

  JsonNode live() {
    return server.object(SERVED).orElseThrow();
  }

  MemberReport report(ExecutorCall call) throws InterruptedException {
    return report(call, FENCE);
  }

  MemberReport report(ExecutorCall call, FencingToken fence) throws InterruptedException {
    return ((CallOutcome.Done) stores.execute(invocation(call, fence))).reports().getFirst();
  }

  static Invocation invocation(ExecutorCall call, FencingToken fence) {
    return new Invocation("configuration", call, fence, Duration.ofSeconds(30));
  }

  static EpochSpec activation(long epoch, PolicySet set) {
    return Activations.of(set, epoch);
  }
}
