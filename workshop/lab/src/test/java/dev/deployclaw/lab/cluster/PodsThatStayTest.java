package dev.deployclaw.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of a gateway on a cluster that can make no new pod. */
@Slow(
    guard = "dev.deployclaw.executors.kubernetes.KubernetesWayBackTest",
    because = "rollouts of real pods have to stall and to come back")
class PodsThatStayTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int REPLICAS = 3;
  private static final int PORT = FreePortFinder.free();
  private static final AtomicLong EPOCHS = new AtomicLong();
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/edge/deployments";
  private static final String MAPS = "/api/v1/namespaces/edge/configmaps";
  private static final String PODS = "/api/v1/namespaces/edge/pods";

  @TempDir static Path folder;

  private static LocalCluster cluster;
  private static KubernetesConnection link;

  @BeforeAll
  static void start() {
    cluster = LocalCluster.spawn(folder);
    cluster.create("/api/v1/namespaces", "test", json("{'metadata':{'name':'edge'}}"));
    ObjectNode map = json("{'metadata':{'namespace':'edge','name':'by-hand'}}");
    map.putObject("data").put("nginx.conf", byHand());
    cluster.create(MAPS, "test", map);
    cluster.create(DEPLOYMENTS, "test", deployment());
    var access =
        new KubernetesConnection.Access(Optional.of(cluster.kubeconfig()), Optional.empty());
    link = new KubernetesConnection(access, Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() {
    if (link != null) {
      link.close();
    }
    if (cluster != null) {
      cluster.close();
      DaemonProcess.adoptAll(folder).forEach(DaemonProcess::kill);
    }
  }

  @Test
  void areAllThereAfterAWayBackAndNoneWasStartedAgain() throws Exception {
    bring(activation(1, false));
    var before = pods();
    assertThat(before).hasSize(REPLICAS);
    var oldNode = fault(LocalCluster.OLD_NODES).resolve("edge");
    Files.createDirectories(oldNode.getParent());
    Files.writeString(oldNode, "");
    var second = activation(2, false);
    publish(second);
    BoundedWait.until(
        "the rollout is late", SOON, () -> ask(new ExecutorCall.Converge(second)).stuck());

    bring(activation(1, true));

    Files.delete(oldNode);
    assertThat(pods()).isEqualTo(before);
    var status = cluster.get(DEPLOYMENTS + "/gw").path("status");
    assertThat(status.path("readyReplicas").asInt()).isEqualTo(REPLICAS);
  }

  @Test
  void confirmAChangeOfTheirMarksWhileTheControllersAreAway() throws Exception {
    bring(activation(3, false));
    var before = pods();
    Files.writeString(fault(LocalCluster.CONTROLLERS_AWAY), "");

    bring(activation(3, false));

    Files.delete(fault(LocalCluster.CONTROLLERS_AWAY));
    BoundedWait.until("the controllers are back", SOON, () -> observed() == generation());
    assertThat(pods()).isEqualTo(before);
  }

  private static Path fault(String name) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    return folder.resolve(name);
  }

  private static long generation() {
    return cluster.get(DEPLOYMENTS + "/gw").at("/metadata/generation").asLong();
  }

  private static long observed() {
    return cluster.get(DEPLOYMENTS + "/gw").at("/status/observedGeneration").asLong();
  }

  private static void bring(EpochSpec activation) {
    publish(activation);
    BoundedWait.until(
        "all pods run epoch " + activation.epoch(),
        SOON,
        () -> ask(new ExecutorCall.Converge(activation)).answer() == Answer.YES);
  }

  private static void publish(EpochSpec activation) {
    for (ExecutorCall call :
        List.of(
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation))) {
      var report = ask(call);
      assertThat(report.answer()).as(call.verb() + ": " + report.reason()).isEqualTo(Answer.YES);
    }
  }

  private static MemberReport ask(ExecutorCall call) {
    var site =
        new GatewaySite(
            "0.0.0.0:" + PORT,
            "127.0.0.1:1",
            new TreeMap<>(Map.of("search", "127.0.0.1:1")),
            Path.of("/run/gw/nginx.pid"),
            Path.of("/run/gw/access.log"),
            true,
            Duration.ofSeconds(10),
            List.of(),
            EdgePolicy.NONE);
    var gateway =
        new KubernetesGateway("gw", "edge", "gw", "nginx", "conf", "nginx.conf", "nginx", site);
    var settings =
        KubernetesSettings.of(List.of(), List.of(), List.of(gateway), Duration.ofSeconds(30));
    var invocation =
        new Invocation("gateway", call, new FencingToken("test", 1), Duration.ofMinutes(1));
    try {
      var outcome = new KubernetesGatewayExecutor(link, settings).execute(invocation);
      return ((CallOutcome.Done) outcome).reports().getFirst();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another number of routes is another file. */
  private static EpochSpec activation(int routes, boolean back) {
    long epoch = EPOCHS.incrementAndGet();
    var all =
        IntStream.range(0, routes).mapToObj(i -> new Gateway.Route("/s" + i, "search")).toList();
    var gateway = new Gateway("gw", "edge", new Gateway.Identity.Host("test"), all);
    var set = PolicySet.of(List.of(), List.of(gateway), "");
    return new EpochSpec(
        "arch-1",
        epoch,
        set.digest(),
        set,
        epoch - 1,
        Optional.empty(),
        back,
        Optional.empty(),
        0,
        Optional.empty(),
        Set.of());
  }

  /** Each by its identity, with how often its container was started again. */
  private static Map<String, Integer> pods() {
    var out = new TreeMap<String, Integer>();
    for (JsonNode pod : cluster.list(PODS)) {
      if (pod.at("/metadata/labels/app").asText().equals("gw")) {
        out.put(
            pod.at("/metadata/uid").asText(),
            pod.at("/status/containerStatuses/0/restartCount").asInt());
      }
    }
    return out;
  }

  private static String byHand() {
    return """
    daemon off;
    pid /run/gw/nginx.pid;
    events {}
    http {
      access_log off;
      client_body_temp_path /run/gw/tmp;
      proxy_temp_path /run/gw/tmp;
      fastcgi_temp_path /run/gw/tmp;
      uwsgi_temp_path /run/gw/tmp;
      scgi_temp_path /run/gw/tmp;
      server { listen 0.0.0.0:%d; location / { return 200; } }
    }
    """
        .formatted(PORT);
  }

  private static ObjectNode deployment() {
    ObjectNode deployment =
        json(
            """
            {'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'edge','name':'gw'},
             'spec':{'replicas':3,'progressDeadlineSeconds':2,'selector':{'matchLabels':{'app':'gw'}},
              'template':{'metadata':{'labels':{'app':'gw'}},'spec':{
               'containers':[{'name':'nginx','image':'nginx:lab',
                 'command':['nginx','-c','/etc/nginx/dc/nginx.conf'],
                 'volumeMounts':[{'name':'conf','mountPath':'/etc/nginx/dc'},
                                 {'name':'run','mountPath':'/run/gw'}]}],
               'volumes':[{'name':'conf','configMap':{'name':'by-hand'}},
                          {'name':'run','emptyDir':{}}]}}}}
            """);
    var ports = deployment.at("/spec/template/spec/containers/0");
    ((ObjectNode) ports).putArray("ports").addObject().put("containerPort", PORT);
    return deployment;
  }

  private static ObjectNode json(String singleQuoted) {
    return Failable.get(
        () -> (ObjectNode) ApiServer.JSON.readTree(singleQuoted.replace('\'', '"')));
  }
}
