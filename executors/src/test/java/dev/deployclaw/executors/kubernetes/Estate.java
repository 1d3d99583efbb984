package dev.deployclaw.executors.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A gateway of two pods in Kubernetes with a hand-written file, behind an executor. */
public final class Estate implements AutoCloseable {
  public static final String DEPLOYMENT = "/apis/apps/v1/namespaces/edge/deployments/gw";
  public static final String MAPS = "/api/v1/namespaces/edge/configmaps";
  public static final String PODS = "/api/v1/namespaces/edge/pods";
  public static final String BY_HAND = "events {}\nhttp { server { listen 80; } }\n";

  /** What lets the link in. */
  static final String TOKEN = "secret";

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private ApiServer api;
  private final KubernetesConnection link;
  private final KubernetesGateway gateway = gateway("gw");

  public Estate(Path folder) {
    this(folder, ApiServer.start());
  }

  /**
   * @param api with {@link #TOKEN}, if it wants one
   */
  Estate(Path folder, ApiServer api) {
    this.api = api;
    this.link = link(folder, api.url().toString());
    api.rule(Granted.rule());
    api.put("/api/v1/namespaces/edge", "kubectl-create", json("{'metadata':{'name':'edge'}}"));
    api.put(
        MAPS + "/by-hand",
        "kubectl-create",
        json(
            "{'metadata':{'namespace':'edge','name':'by-hand'},'data':{'nginx.conf':%s}}"
                .formatted(ApiServer.JSON.valueToTree(BY_HAND).toString())));
    api.put(DEPLOYMENT, "kubectl-create", deployment());
    rollOut();
    checksEndWith(0, "");
  }

  public static KubernetesConnection link(Path folder, String server) {
    return link(folder, server, Duration.ofSeconds(10));
  }

  /**
   * @param answer how long one request may take
   */
  public static KubernetesConnection link(Path folder, String server, Duration answer) {
    try {
      Path file = folder.resolve("kubeconfig");
      Files.writeString(
          file,
          """
          apiVersion: v1
          kind: Config
          current-context: test
          clusters: [{name: test, cluster: {server: "%s"}}]
          contexts: [{name: test, context: {cluster: test, user: test}}]
          users: [{name: test, user: {token: "%s"}}]
          """
              .formatted(server, TOKEN));
      var access = new KubernetesConnection.Access(Optional.of(file), Optional.empty());
      return new KubernetesConnection(access, answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static KubernetesGateway gateway(String name) {
    var site =
        new GatewaySite(
            "8080",
            "127.0.0.1:8089",
            new TreeMap<>(Map.of("search", "search:80")),
            Path.of("/run/nginx.pid"),
            Path.of("/var/log/nginx/access.log"),
            false,
            Duration.ofSeconds(10),
            List.of(),
            EdgePolicy.NONE);
    return new KubernetesGateway(name, "edge", name, "nginx", "conf", "nginx.conf", "nginx", site);
  }

  public ApiServer api() {
    return api;
  }

  /** Another process of the same server took its place. */
  void api(ApiServer another) {
    api = another;
  }

  public KubernetesGateway gateway() {
    return gateway;
  }

  public KubernetesConnection link() {
    return link;
  }

  public static KubernetesSettings settings(List<KubernetesGateway> gateways, int shardBytes) {
    return new KubernetesSettings(
        List.of(), List.of(), gateways, 4, Duration.ofSeconds(5), Duration.ofMillis(5), shardBytes);
  }

  /** One report, of the one gateway. */
  public MemberReport ask(ExecutorCall call) {
    return ask(call, 7, 900 * 1024);
  }

  public MemberReport ask(ExecutorCall call, long term, int shardBytes) {
    return ask(
            new KubernetesGatewayExecutor(link, settings(List.of(gateway), shardBytes)), call, term)
        .getFirst();
  }

  public static List<MemberReport> ask(
      KubernetesGatewayExecutor executor, ExecutorCall call, long term) {
    try {
      var invocation = new Invocation("gateway", call, new FencingToken("test", term), DEADLINE);
      return executor.execute(invocation) instanceof CallOutcome.Done done
          ? done.reports()
          : List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static ExecutorCall look(String verb) {
    return new ExecutorCall.Look(verb, Map.of());
  }

  /** With {@code routes} routes, each a few lines of the file. */
  public static PolicySet set(int routes, TenantPolicy... tenants) {
    var all = new ArrayList<Gateway.Route>();
    for (int i = 0; i < routes; i++) {
      all.add(new Gateway.Route("/search" + i, "search"));
    }
    var routing = new Gateway("gw", "edge", new Gateway.Identity.Host("test"), all);
    return PolicySet.of(List.of(tenants), List.of(routing), "");
  }

  public static EpochSpec activation(PolicySet set, long epoch) {
    return Activations.of(set, epoch);
  }

  public static EpochSpec restoring(MemberReport observed, long epoch) {
    return Activations.restoring("gateway", List.of(observed), epoch);
  }

  /** What the gateway's volume refers to. */
  public JsonNode volume() {
    return deploymentNow().at("/spec/template/spec/volumes/0");
  }

  public String reference() {
    return volume().at("/configMap/name").asText();
  }

  public ObjectNode deploymentNow() {
    return api.object(DEPLOYMENT).orElseThrow();
  }

  public List<String> staged() {
    return api.paths().stream().filter(p -> p.startsWith(MAPS + "/deployclaw-gw-")).toList();
  }

  public List<String> checks() {
    return api.paths().stream().filter(p -> p.endsWith("-preflight")).toList();
  }

  /** What the Deployment controller and the nodes would do: all pods are new, and ready. */
  public void rollOut() {
    api.paths().stream().filter(p -> p.startsWith(PODS + "/gw-")).forEach(api::remove);
    long generation = deploymentNow().at("/metadata/generation").asLong();
    for (int i = 0; i < 2; i++) {
      pod("gw-%d-%d".formatted(generation, i), "'True'", "{}");
    }
    status(
        "{'observedGeneration':%d,'replicas':2,'updatedReplicas':2,'availableReplicas':2}"
            .formatted(generation));
  }

  public void status(String status) {
    api.edit(DEPLOYMENT, "kube-controller-manager", d -> d.set("status", json(status)));
  }

  /** A pod of the template as it is now. */
  public void pod(String name, String ready, String state) {
    ObjectNode pod =
        json(
            ("{'metadata':{'namespace':'edge','name':'%s','labels':{'app':'gw'}},'status':{"
                    + "'phase':'Running','podIP':'10.1.0.7','conditions':[{'type':'Ready','status':%s}],"
                    + "'containerStatuses':[{'name':'nginx','state':%s}]}}")
                .formatted(name, ready, state));
    pod.set("spec", deploymentNow().at("/spec/template/spec"));
    api.put(PODS + "/" + name, "kube-controller-manager", pod);
  }

  /** How checks by the gateway's image end from now on. */
  public void checksEndWith(int exit, String message) {
    checksAre(
        "{'containerStatuses':[{'name':'check','state':{'terminated':{'exitCode':%d,'reason':'%s',"
                .formatted(exit, exit == 0 ? "Completed" : "Error")
            + "'message':"
            + ApiServer.JSON.valueToTree(message)
            + "}}}]}");
  }

  public void checksAre(String status) {
    api.rule(asked -> {
      boolean check = asked.method().equals("GET") && asked.path().endsWith("-preflight");
      return check
          ? api.object(asked.path())
              .map(pod -> ApiServer.Answer.of(pod.set("status", json(status))))
          : Optional.empty();
    });
  }

  @Override
  public void close() {
    link.close();
    api.close();
  }

  public static ObjectNode json(String singleQuoted) {
    try {
      boolean plain = singleQuoted.contains("\"");
      String text = plain ? mixed(singleQuoted) : singleQuoted.replace('\'', '"');
      return (ObjectNode) ApiServer.JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Single quotes outside of double-quoted texts. */
  private static String mixed(String text) {
    var out = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      quoted ^= c == '"' && (i == 0 || text.charAt(i - 1) != '\\');
      out.append(c == '\'' && !quoted ? '"' : c);
    }
    return out.toString();
  }

  public static ObjectNode deployment() {
    return json(
        """
        {'apiVersion':'apps/v1','kind':'Deployment',
         'metadata':{'namespace':'edge','name':'gw'},
         'spec':{'replicas':2,'selector':{'matchLabels':{'app':'gw'}},
          'template':{'metadata':{'labels':{'app':'gw'}},
           'spec':{
            'containers':[
             {'name':'nginx','image':'nginx:1.28','env':[{'name':'TOKEN','value':'x'}],
              'volumeMounts':[{'name':'conf','mountPath':'/etc/nginx/dc'},
                              {'name':'cache','mountPath':'/var/cache/nginx'}]},
             {'name':'ratelimit','image':'ratelimit:1'}],
            'volumes':[
             {'name':'conf','configMap':{'name':'by-hand','defaultMode':420}},
             {'name':'cache','persistentVolumeClaim':{'claimName':'cache'}}]}}}}
        """);
  }
}
