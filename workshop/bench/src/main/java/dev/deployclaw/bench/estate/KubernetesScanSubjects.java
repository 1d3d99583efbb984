package dev.deployclaw.bench.estate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.bench.measure.CheckedCalls;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.executors.kubernetes.inspect.KubernetesInspectionExecutor;
import dev.deployclaw.executors.kubernetes.source.ConfigMapSourceExecutor;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Gateways in three namespaces with two pods and a ConfigMap of their own each, as before the first
 * change, and policies in ConfigMaps of a hundred documents, behind an API server of this process.
 */
final class KubernetesScanSubjects implements AutoCloseable {
  private static final List<String> NAMESPACES = List.of("edge-eu", "edge-us", "edge-ap");
  private static final String POLICIES = "policies";
  private static final int DOCUMENTS = 100;
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final ApiServer server = ApiServer.start();
  private final HttpClient client = HttpClient.newHttpClient();
  private final KubernetesConnection link;
  private final List<ScanSubject> all;

  KubernetesScanSubjects(Path folder, int gateways, int tenants) {
    this.link = link(folder);
    NAMESPACES.forEach(this::namespace);
    namespace(POLICIES);
    var configured = new ArrayList<KubernetesGateway>();
    for (int i = 0; i < gateways; i++) {
      configured.add(gateway("gw-%04d".formatted(i), NAMESPACES.get(i % NAMESPACES.size())));
    }
    for (int from = 0; from < tenants; from += DOCUMENTS) {
      policies(from, Math.min(tenants, from + DOCUMENTS));
    }
    var maps = List.of(new ConfigMapSource(POLICIES, "", List.of("*")));
    var settings = KubernetesSettings.of(List.of(), maps, configured, ANSWER);
    this.all =
        List.of(
            subject(
                "kubernetes topology, gateways",
                gateways,
                new KubernetesInspectionExecutor(Optional.of(link), settings, List.of()),
                "inspect"),
            subject(
                "gateways scanned",
                gateways,
                new KubernetesGatewayExecutor(link, settings),
                "scan"),
            subject(
                "policies of tenants read",
                tenants,
                new ConfigMapSourceExecutor(link, maps),
                "read"));
  }

  List<ScanSubject> all() {
    return all;
  }

  @Override
  public void close() {
    client.close();
    link.close();
    server.close();
  }

  private ScanSubject subject(String title, int size, BackendExecutor executor, String verb) {
    return new ScanSubject() {
      private List<String> asked = List.of();

      @Override
      public String title() {
        return title;
      }

      @Override
      public int size() {
        return size;
      }

      @Override
      public void look() throws InterruptedException {
        int before = server.requests().size();
        CheckedCalls.on(executor, new ExecutorCall.Look(verb, Map.of()));
        var now = server.requests();
        asked = now.subList(before, now.size());
      }

      @Override
      public void floor() throws InterruptedException {
        BareHttpRequests.get(
            client, server.url(), asked.stream().map(r -> r.substring(4)).toList());
      }

      @Override
      public OptionalInt requests() {
        return OptionalInt.of(asked.size());
      }
    };
  }

  private void namespace(String name) {
    put(
        "/api/v1/namespaces/" + name,
        "{'metadata':{'name':'%s'},'status':{'phase':'Active'}}".formatted(name));
  }

  private KubernetesGateway gateway(String name, String namespace) {
    String core = "/api/v1/namespaces/" + namespace;
    String named = "'namespace':'%s','name':'%s'".formatted(namespace, name);
    String labels = "'labels':{'app':'%s','tier':'edge'}".formatted(name);
    String spec =
        ("{'containers':[{'name':'nginx','image':'nginx:1.28','volumeMounts':"
                + "[{'name':'conf','mountPath':'/etc/nginx/dc'}]}],"
                + "'volumes':[{'name':'conf','configMap':{'name':'%s'}}]}")
            .formatted(name);
    put(
        core + "/configmaps/" + name,
        "{'metadata':{%s},'data':{'nginx.conf':'# %s'}}".formatted(named, name));
    put(
        "/apis/apps/v1/namespaces/" + namespace + "/deployments/" + name,
        ("{'metadata':{%s},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'%s'}},"
                + "'template':{'metadata':{%s},'spec':%s}},'status':{'observedGeneration':1,"
                + "'replicas':2,'updatedReplicas':2,'availableReplicas':2}}")
            .formatted(named, name, labels, spec));
    for (String pod : List.of(name + "-a", name + "-b")) {
      put(
          core + "/pods/" + pod,
          ("{'metadata':{'namespace':'%s','name':'%s',%s},'spec':%s,'status':{'phase':'Running',"
                  + "'podIP':'10.0.0.1','conditions':[{'type':'Ready','status':'True'}]}}")
              .formatted(namespace, pod, labels, spec));
    }
    return new KubernetesGateway(
        name, namespace, name, "nginx", "conf", "nginx.conf", "nginx", site());
  }

  private static GatewaySite site() {
    return new GatewaySite(
        "8080",
        "127.0.0.1:8089",
        new TreeMap<>(),
        Path.of("/run/nginx.pid"),
        Path.of("/var/log/nginx/access.log"),
        false,
        ANSWER,
        List.of());
  }

  private void policies(int from, int to) {
    String name = "limits-%06d".formatted(from);
    var map = json("{'metadata':{'namespace':'%s','name':'%s'}}".formatted(POLICIES, name));
    var data = map.putObject("data");
    for (int i = from; i < to; i++) {
      data.put("tenant-%06d.yaml".formatted(i), policy("tenant-%06d".formatted(i)));
    }
    server.put("/api/v1/namespaces/" + POLICIES + "/configmaps/" + name, "kubectl-create", map);
  }

  private static String policy(String tenant) {
    return """
    apiVersion: deployclaw.dev/v1
    kind: RateLimitPolicy
    metadata: {tenant: %s, labels: {tier: pro}}
    spec:
      limits:
        - {name: all-requests, requests: 6000, window: 60s, burst: 300}
        - {name: search, match: {service: search}, requests: 10, window: 1s}
    """
        .formatted(tenant);
  }

  private void put(String path, String object) {
    server.put(path, "kubectl-create", json(object));
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) ApiServer.JSON.readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private KubernetesConnection link(Path folder) {
    Path file = folder.resolve("kubeconfig-" + server.url().getPort());
    try {
      Files.writeString(
          file,
          """
          apiVersion: v1
          kind: Config
          current-context: bench
          clusters: [{name: bench, cluster: {server: "%s"}}]
          contexts: [{name: bench, context: {cluster: bench, user: bench}}]
          users: [{name: bench, user: {token: none}}]
          """
              .formatted(server.url()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new KubernetesConnection(
        new KubernetesConnection.Access(Optional.of(file), Optional.empty()), ANSWER);
  }
}
