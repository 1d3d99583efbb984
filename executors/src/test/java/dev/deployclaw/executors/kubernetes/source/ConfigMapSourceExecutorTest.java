package dev.deployclaw.executors.kubernetes.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.source.CollectedPolicies;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigMapSourceExecutorTest {
  private static final String POLICY = "policy=rate-limits";

  @TempDir Path folder;

  private final ApiServer server = ApiServer.start();
  private KubernetesConnection link;

  @BeforeEach
  void fill() {
    link = Estate.link(folder, server.url().toString());
    namespace("edge", "Active");
    namespace("shop", "Active");
    map("edge", "limits", "rate-limits", Map.of("acme.yaml", policy("acme")));
    map("shop", "limits", "rate-limits", Map.of("globex.yaml", policy("globex")));
    map("edge", "unrelated", "other", Map.of("notes", "nothing of ours"));
  }

  @AfterEach
  void stop() {
    link.close();
    server.close();
  }

  @Test
  void readsEachKeyAsADocument() {
    var collected = read(of("edge"), of("shop"));

    assertThat(collected.policies()).containsOnlyKeys("acme", "globex");
    assertThat(collected.problems()).isEmpty();
    assertThat(collected.unknown()).isEmpty();
  }

  @Test
  void namesBothObjectsThatDefineATenantAndLeavesOutOnlyThat() {
    map("shop", "more", "rate-limits", Map.of("a", policy("acme"), "b", policy("initech")));

    var collected = read(of("edge"), of("shop"));

    assertThat(collected.policies()).containsOnlyKeys("globex", "initech");
    assertThat(collected.leftOut()).containsOnlyKeys("acme");
    assertThat(collected.problems())
        .singleElement()
        .asString()
        .contains("configmap/edge/limits:acme.yaml")
        .contains("configmap/shop/more:a");
  }

  @Test
  void leavesOutATenantThatItsNamespaceMayNotDefine() {
    var collected =
        read(
            new ConfigMapSource("edge", POLICY, List.of("umbrella"), WriteBackMode.NONE),
            of("shop"));

    assertThat(collected.policies()).containsOnlyKeys("globex");
    assertThat(collected.leftOut()).containsOnlyKeys("acme");
  }

  @Test
  void takesNoNamespaceForEmptyThatItMayNotRead() {
    server.rule(asked ->
        asked.path().equals("/api/v1/namespaces/edge/configmaps")
            ? Optional.of(
                ApiServer.Answer.refusal(403, "Forbidden", "User \"a\" cannot list resource"))
            : Optional.empty());

    var collected = read(of("edge"), of("shop"));

    assertThat(collected.unknown()).containsExactly("configmap/edge?" + POLICY);
    assertThat(collected.problems())
        .singleElement()
        .asString()
        .contains("may not list configmaps in edge");
    assertThat(collected.policies()).containsOnlyKeys("globex");
  }

  /** Every namespace of a cluster has them. */
  @Test
  void takesNoCertificateOfTheClusterForADocument() {
    namespace("plain", "Active");
    map("plain", "limits", "none", Map.of("initech.yaml", policy("initech")));
    map("plain", "kube-root-ca.crt", "none", Map.of("ca.crt", "-----BEGIN CERTIFICATE-----"));
    map("plain", "openshift-service-ca.crt", "none", Map.of("service-ca.crt", ""));

    var collected = read(new ConfigMapSource("plain", "", List.of("*"), WriteBackMode.NONE));

    assertThat(collected.policies()).containsOnlyKeys("initech");
    assertThat(collected.problems()).isEmpty();
  }

  @Test
  void takesNoNamespaceForEmptyThatIsGoneOrGoing() {
    namespace("edge", "Terminating");

    var collected = read(of("edge"), of("nowhere"), of("shop"));

    assertThat(collected.unknown()).hasSize(2);
    assertThat(collected.problems().toString())
        .contains("is being deleted")
        .contains("there is no namespace nowhere");
    assertThat(collected.policies()).containsOnlyKeys("globex");
  }

  @Test
  void takesAnEmptyNamespaceForEmptyOnlyIfItIsKnownToBeThere() {
    namespace("empty", "Active");
    assertThat(read(of("empty")).unknown()).isEmpty();
    server.rule(asked ->
        asked.path().equals("/api/v1/namespaces/empty")
            ? Optional.of(
                ApiServer.Answer.refusal(403, "Forbidden", "User \"a\" cannot get resource"))
            : Optional.empty());

    var collected = read(of("empty"));

    assertThat(collected.unknown()).hasSize(1);
    assertThat(collected.problems().toString()).contains("whether the namespace exists");
  }

  @Test
  void takesNothingForEmptyWhenTheServerIsDown() {
    server.close();

    assertThat(read(of("edge"), of("shop")).unknown()).hasSize(2);
  }

  @Test
  void readsADocumentOnceThatTwoSelectorsFind() {
    var collected =
        read(of("edge"), new ConfigMapSource("edge", "", List.of("*"), WriteBackMode.NONE));

    assertThat(collected.policies()).containsKey("acme");
    assertThat(collected.leftOut()).isEmpty();
  }

  @Test
  void leavesOutWhoseDocumentIsNoText() {
    var object =
        Estate.json(
            "{'metadata':{'namespace':'edge','name':'raw','labels':{'policy':'rate-limits'}}}");
    object.withObject("/binaryData").put("initech.yaml", "//79");
    server.put("/api/v1/namespaces/edge/configmaps/raw", "kubectl", object);

    var collected =
        read(
            new ConfigMapSource("edge", POLICY, List.of("acme", "initech"), WriteBackMode.NONE),
            of("shop"));

    assertThat(collected.policies()).containsOnlyKeys("acme", "globex");
    assertThat(collected.leftOut()).containsKey("initech");
    assertThat(collected.problems().toString()).contains("isn't text");
  }

  @Test
  void saysWhoWroteADocumentLast() {
    var outcome = look(of("edge"));
    var again = Map.of("acme.yaml", policy("acme").replace("60,", "90,"));
    server.put(
        "/api/v1/namespaces/edge/configmaps/limits", "argocd", object("edge", "limits", again));

    var edited = look(of("edge"));

    String document = "configmap/edge/limits:acme.yaml";
    assertThat(SourceReports.editor(SourceReports.documents(outcome), document).orElseThrow())
        .startsWith("kubectl at ");
    assertThat(SourceReports.editor(SourceReports.documents(edited), document).orElseThrow())
        .startsWith("argocd at ");
  }

  @Test
  void asksByListsHoweverManyMapsThereAre() {
    int few = requests();
    for (int i = 0; i < 40; i++) {
      map("edge", "more-" + i, "rate-limits", Map.of("t.yaml", policy("tenant-" + i)));
    }

    assertThat(requests()).isEqualTo(few);
    assertThat(read(of("edge")).policies()).hasSize(1 + 40);
  }

  /** How many requests a read takes. */
  private int requests() {
    int before = server.requests().size();
    look(of("edge"));
    return server.requests().size() - before;
  }

  private CollectedPolicies read(ConfigMapSource... sources) {
    return SourceReports.collect(look(sources), PolicySet.EMPTY);
  }

  private CallOutcome look(ConfigMapSource... sources) {
    var invocation =
        new Invocation(
            "sources",
            new ExecutorCall.Look("read", Map.of()),
            FencingToken.NONE,
            Duration.ofMinutes(1));
    try {
      return new ConfigMapSourceExecutor(link, List.of(sources)).execute(invocation);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ConfigMapSource of(String namespace) {
    return new ConfigMapSource(namespace, POLICY, List.of("*"), WriteBackMode.NONE);
  }

  private void namespace(String name, String phase) {
    server.put(
        "/api/v1/namespaces/" + name,
        "kubectl",
        Estate.json("{'metadata':{'name':'%s'},'status':{'phase':'%s'}}".formatted(name, phase)));
  }

  private void map(String namespace, String name, String policy, Map<String, String> data) {
    var object = object(namespace, name, data);
    object.withObject("/metadata/labels").put("policy", policy);
    server.put("/api/v1/namespaces/" + namespace + "/configmaps/" + name, "kubectl", object);
  }

  private static ObjectNode object(String namespace, String name, Map<String, String> data) {
    var object =
        Estate.json(
            "{'metadata':{'namespace':'%s','name':'%s','labels':{'policy':'rate-limits'}}}"
                .formatted(namespace, name));
    data.forEach((key, text) -> object.withObject("/data").put(key, text));
    return object;
  }

  private static String policy(String tenant) {
    return """
    apiVersion: deployclaw.dev/v1
    kind: RateLimitPolicy
    metadata: {tenant: %s}
    spec:
      limits:
        - {name: all, requests: 60, window: 60s}
    """
        .formatted(tenant);
  }
}
