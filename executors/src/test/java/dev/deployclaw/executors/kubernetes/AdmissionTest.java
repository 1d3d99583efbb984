package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.kubernetes.AdmissionPolicies.Write;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The manifests' admission policies let all through that the agent does at the manifests' gateways,
 * and nothing that somebody would do who has its service account.
 */
class AdmissionTest {
  private static final String EDGE = "/namespaces/edge/";
  private static final String DEPLOYMENT = "/apis/apps/v1" + EDGE + "deployments/gw-01";
  private static final String MAPS = "/api/v1" + EDGE + "configmaps/";
  private static final JsonNode NONE = MissingNode.getInstance();
  private static final String ENDED =
      "{'containerStatuses':[{'name':'check','state':{'terminated':{'exitCode':0}}}]}";

  @TempDir static Path folder;

  private static final AdmissionPolicies POLICIES = new AdmissionPolicies();
  private static final List<Write> WRITES = new CopyOnWriteArrayList<>();
  private static final Map<String, Write> PATCHED = new TreeMap<>();

  private static ApiServer api;
  private static KubernetesConnection link;

  /** A check as the agent makes it. */
  private static ObjectNode check;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
    api.put("/api/v1/namespaces/edge", "kubectl", json("{'metadata':{'name':'edge'}}"));
    link = Estate.link(folder, api.url().toString());
    for (var object : AdmissionPolicies.manifest("gateways.yaml")) {
      boolean map = object.getKind().equals("ConfigMap");
      String kind = map ? MAPS : "/apis/apps/v1" + EDGE + "deployments/";
      var node = tree(new KubernetesSerialization().asJson(object));
      api.put(kind + object.getMetadata().getName(), "kubectl-create", node);
    }
    api.rule(AdmissionTest::checksEnd);
    api.rule(AdmissionTest::written);
    ask(new ExecutorCall.Stage(activation(1, "/search")));
    ask(new ExecutorCall.Prepare(activation(1, "/search")));
    check =
        WRITES.stream()
            .filter(w -> w.operation().equals("CREATE") && w.resource().equals("/pods"))
            .map(w -> (ObjectNode) w.object())
            .findFirst()
            .orElseThrow();
  }

  @AfterAll
  static void stop() {
    link.close();
    api.close();
  }

  @Test
  void allThatTheAgentDoesAtTheManifestsGatewaysPasses() {
    var observed = ask(new ExecutorCall.Observe());
    bring(activation(1, "/search"));
    bring(activation(2, "/find"));
    ask(new ExecutorCall.Discard(1));
    bring(Activations.restoring("gateway", List.of(observed), 3));

    assertThat(WRITES).extracting(Write::operation).contains("CREATE", "UPDATE", "DELETE");
    assertThat(WRITES).extracting(Write::resource).contains("/pods", "/configmaps");
    assertThat(changes()).isNotEmpty();
    assertThat(WRITES).allSatisfy(w -> assertThat(POLICIES.refusals(w)).isEmpty());
  }

  /** Each a step away from a check as the agent makes it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          /spec/volumes/1 | {'name':'x','secret':{'secretName':'deployclaw'}} | mounts staged
          /spec/volumes/1 | {'name':'x','hostPath':{'path':'/'}} | mounts staged
          /spec/volumes/1 | {'name':'x','persistentVolumeClaim':{'claimName':'x'}} | mounts staged
          /spec/volumes/1 | {'name':'x','configMap':{'name':'deployclaw'}} | mounts staged
          /spec/volumes/1 | {'name':'x','downwardAPI':{}} | mounts staged
          /spec/volumes/1 | {'name':'x','projected':{'sources':[{'serviceAccountToken':{}}]}} | mounts staged
          /spec/volumes/1 | {'name':'x','projected':{'sources':[{'secret':{'name':'deployclaw'}}]}} | mounts staged
          /spec/serviceAccountName | 'deployclaw' | no service account
          /spec/automountServiceAccountToken | true | no service account
          /spec/imagePullSecrets | [{'name':'deployclaw'}] | no service account
          /spec/hostNetwork | true | nothing with its node
          /spec/hostPID | true | nothing with its node
          /spec/hostIPC | true | nothing with its node
          /spec/nodeName | 'control-plane' | nothing with its node
          /spec/priorityClassName | 'system-node-critical' | nothing with its node
          /spec/initContainers | [{'name':'x','image':'x'}] | one container
          /spec/containers/1 | {'name':'x','image':'nginxinc/nginx-unprivileged:1.28'} | one container
          /spec/containers/0/image | 'stranger/image' | image of a gateway
          /spec/containers/0/command | ['sh','-c','id'] | runs nginx -t
          /spec/containers/0/args | ['-g','load_module /x;'] | runs nginx -t
          /spec/containers/0/lifecycle | {'postStart':{}} | runs nginx -t
          /spec/containers/0/livenessProbe | {'exec':{'command':['id']}} | runs nginx -t
          /spec/containers/0/env | [{'name':'LD_PRELOAD','value':'/x'}] | no environment
          /spec/containers/0/envFrom | [{'secretRef':{'name':'deployclaw'}}] | no environment
          /spec/containers/0/securityContext/privileged | true | has no right
          /spec/containers/0/securityContext/allowPrivilegeEscalation | true | has no right
          /spec/containers/0/securityContext/readOnlyRootFilesystem | false | has no right
          /spec/containers/0/securityContext/runAsUser | 0 | has no right
          /spec/containers/0/securityContext/capabilities | {'drop':['ALL'],'add':['SYS_ADMIN']} | has no right
          /spec/containers/0/securityContext/capabilities | {} | has no right
          /spec/securityContext/runAsUser | 0 | has no right
          /spec/securityContext/runAsNonRoot | false | has no right
          /spec/securityContext/seccompProfile | {'type':'Unconfined'} | has no right
          /spec/activeDeadlineSeconds | 86400 | ends by itself
          /spec/restartPolicy | 'Always' | ends by itself
          /metadata/labels/role | 'gateway' | labels of a check alone
          /metadata/name | 'miner' | named as a check
          """)
  void noOtherPodPasses(String place, String value, String why) {
    var pod = check.deepCopy();

    set(pod, place, value);

    assertThat(refusals("/pods", "CREATE", pod, NONE)).anyMatch(r -> r.contains(why));
    var others = new Write("system:serviceaccount:edge:x", "/pods", "CREATE", pod, NONE);
    assertThat(POLICIES.refusals(others)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          /spec/template/spec/containers/0/image | 'stranger/image' | no container
          /spec/template/spec/initContainers | [] | no container
          /spec/template/spec/serviceAccountName | 'admin' | no right
          /spec/template/spec/automountServiceAccountToken | true | no right
          /spec/template/spec/securityContext/runAsUser | 0 | no right
          /spec/template/spec/hostNetwork | true | no right
          /spec/template/spec/shareProcessNamespace | true | shares no processes
          /spec/template/spec/nodeName | 'control-plane' | before no others
          /spec/template/spec/priorityClassName | 'system-node-critical' | before no others
          /metadata/ownerReferences | [{'uid':'1','name':'gone','kind':'Pod'}] | no gateway to an owner
          /spec/replicas | 0 | neither labels nor number
          /spec/template/metadata/labels/role | 'none' | neither labels nor number
          /spec/template/spec/volumes/0 | {'name':'deployclaw','secret':{'secretName':'deployclaw'}} | one volume
          /spec/template/spec/volumes/0 | {'name':'deployclaw','hostPath':{'path':'/'}} | one volume
          /spec/template/spec/volumes/0 | {'name':'deployclaw','configMap':{'name':'deployclaw'}} | one volume
          /spec/template/spec/volumes/1 | {'name':'nginx-tmp','secret':{'secretName':'deployclaw'}} | one volume
          """)
  void noOtherChangeOfAGatewayPasses(String place, String value, String why) {
    var before = api.object(DEPLOYMENT).orElseThrow();
    var after = before.deepCopy();

    set(after, place, value);

    assertThat(refusals("apps/deployments", "UPDATE", after, before))
        .anyMatch(r -> r.contains(why));
    assertThat(refusals("apps/deployments", "UPDATE", before, before)).isEmpty();
  }

  @Test
  void noOtherConfigMapAndNoOtherPodIsTouched() {
    var own = json("{'metadata':{'name':'deployclaw'},'data':{}}");
    var policy = json("{'metadata':{'name':'acme','labels':{'app':'rate-limits'}}}");
    var owned = policy.deepCopy();
    set(owned, "/metadata/ownerReferences", "[{'uid':'1'}]");
    var mutable = json("{'metadata':{'name':'deployclaw-gw-01-e1-ab12-0'}}");
    var gateway = json("{'metadata':{'name':'gw-02-5f6b7c8d9-abcde'}}");

    assertThat(refusals("/configmaps", "CREATE", own, NONE)).isNotEmpty();
    assertThat(refusals("/configmaps", "CREATE", mutable, NONE)).isNotEmpty();
    assertThat(refusals("/configmaps", "UPDATE", own, own)).isNotEmpty();
    assertThat(refusals("/configmaps", "UPDATE", policy, policy)).isEmpty();
    assertThat(refusals("/configmaps", "UPDATE", owned, policy)).isNotEmpty();
    assertThat(refusals("/configmaps", "UPDATE", owned, owned)).isEmpty();
    assertThat(refusals("/configmaps", "DELETE", NONE, own)).isNotEmpty();
    assertThat(refusals("/configmaps", "DELETE", NONE, policy)).isNotEmpty();
    assertThat(refusals("/pods", "DELETE", NONE, gateway)).isNotEmpty();
  }

  private static List<String> refusals(
      String kind, String operation, JsonNode object, JsonNode before) {
    return POLICIES.refusals(new Write(AdmissionPolicies.AGENT, kind, operation, object, before));
  }

  private static List<Write> changes() {
    return WRITES.stream().filter(w -> w.resource().equals("apps/deployments")).toList();
  }

  /** Notes a write; how a patch comes out is seen once it is done. */
  private static Optional<ApiServer.Answer> written(Asked asked) {
    var before = api.object(asked.path()).<JsonNode>map(o -> o).orElse(NONE);
    String resource =
        asked.path().contains("/pods")
            ? "/pods"
            : asked.path().contains("/configmaps") ? "/configmaps" : "apps/deployments";
    switch (asked.method()) {
      case "POST" -> note(resource, "CREATE", tree(asked.body()), NONE);
      case "DELETE" -> note(resource, "DELETE", NONE, before);
      case "PATCH" -> PATCHED.put(asked.path(), new Write("", resource, "UPDATE", NONE, before));
      default -> {}
    }
    return Optional.empty();
  }

  private static void note(String resource, String operation, JsonNode object, JsonNode before) {
    WRITES.add(new Write(AdmissionPolicies.AGENT, resource, operation, object, before));
  }

  private static Optional<ApiServer.Answer> checksEnd(Asked asked) {
    boolean check = asked.method().equals("GET") && asked.path().endsWith("-preflight");
    return check
        ? api.object(asked.path()).map(pod -> ApiServer.Answer.of(pod.set("status", json(ENDED))))
        : Optional.empty();
  }

  private static void bring(EpochSpec activation) {
    ask(new ExecutorCall.Stage(activation));
    ask(new ExecutorCall.Prepare(activation));
    ask(new ExecutorCall.Publish(activation));
  }

  private static MemberReport ask(ExecutorCall call) {
    var settings = Estate.settings(List.of(gateway()), 900 * 1024);
    var report = Estate.ask(new KubernetesGatewayExecutor(link, settings), call, 7).getFirst();
    PATCHED.forEach((path, write) ->
        note(write.resource(), "UPDATE", api.object(path).orElseThrow(), write.before()));
    PATCHED.clear();
    assertThat(report.answer()).as(report.reason()).isEqualTo(Answer.YES);
    return report;
  }

  private static EpochSpec activation(long epoch, String route) {
    var routes = List.of(new Gateway.Route(route, "search"));
    var routing = new Gateway("gw-01", "edge", new Gateway.Identity.Host("example.net"), routes);
    return Activations.of(PolicySet.of(List.of(), List.of(routing), ""), epoch);
  }

  /** As in {@code configuration.yaml}. */
  private static KubernetesGateway gateway() {
    var site =
        new GatewaySite(
            "0.0.0.0:8080",
            "127.0.0.1:8089",
            new TreeMap<>(Map.of("search", "search.edge:8080")),
            Path.of("/tmp/nginx.pid"),
            Path.of("/var/log/nginx/access.log"),
            true,
            Duration.ofSeconds(10),
            List.of(),
            EdgePolicy.NONE);
    return new KubernetesGateway(
        "gw-01", "edge", "gw-01", "nginx", "deployclaw", "nginx.conf", "nginx", site);
  }

  private static void set(ObjectNode object, String place, String value) {
    int cut = place.lastIndexOf('/');
    String name = place.substring(cut + 1);
    var node = tree(value.replace('\'', '"'));
    var parent = object.at(place.substring(0, cut));
    if (parent instanceof ArrayNode array) {
      int index = Integer.parseInt(name);
      if (index < array.size()) {
        array.set(index, node);
      } else {
        array.add(node);
      }
    } else {
      ((ObjectNode) parent).set(name, node);
    }
  }

  private static JsonNode tree(String text) {
    return Failable.get(() -> ApiServer.JSON.readTree(text));
  }
}
