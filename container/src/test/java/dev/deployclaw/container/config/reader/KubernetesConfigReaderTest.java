package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.KubernetesConfig.MapSource;
import dev.deployclaw.container.config.KubernetesConfig.MapStore;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesConfigReaderTest {
  private static final MapSource LIMITS =
      new MapSource(
          "edge",
          "app=limits,tier in (gold,silver)",
          List.of("acme"),
          "configmap",
          List.of("kubectl-create"));

  private static final String OTHERS =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  @TempDir Path folder;

  @Test
  void isEmptyWhereNothingIsSaid() throws Exception {
    assertThat(parse("").kubernetes()).isEmpty();
  }

  @Test
  void fillsDefaults() throws Exception {
    var config =
        parse(
            """
            rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:8089"}]
            kubernetes:
              policySources: [{namespace: edge}]
              gateways:
                - name: gw
                  namespace: edge
                  volume: conf
                  listen: "8080"
                  service: 127.0.0.1:8089
                  identity: {host: test}
            """);

    var kubernetes = config.kubernetes().orElseThrow();
    assertThat(kubernetes.kubeconfig()).isEmpty();
    assertThat(kubernetes.context()).isEmpty();
    assertThat(kubernetes.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(kubernetes.preflight()).isEqualTo(Duration.ofSeconds(45));
    assertThat(kubernetes.namespaces()).isEmpty();
    assertThat(kubernetes.policySources())
        .containsExactly(new MapSource("edge", "", List.of("*"), "none", List.of()));
    var gateway = kubernetes.gateways().getFirst();
    assertThat(gateway.deployment()).isEqualTo("gw");
    assertThat(gateway.container()).isEqualTo("nginx");
    assertThat(gateway.file()).isEqualTo("nginx.conf");
    assertThat(gateway.binary()).isEqualTo("nginx");
    assertThat(gateway.url()).isEmpty();
    assertThat(gateway.front().pidFile()).isEqualTo(Path.of("/run/nginx.pid"));
    assertThat(gateway.front().accessLog()).isEqualTo(Path.of("/var/log/nginx/access.log"));
    assertThat(gateway.front().foreground()).isFalse();
    assertThat(config.routing()).containsExactly(gateway.gateway());
  }

  @Test
  void readsEveryKey() throws Exception {
    var kubernetes =
        parse(
                """
                rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:8089"}]
                kubernetes:
                  kubeconfig: secrets/kube.yaml
                  context: production
                  timeout: 3s
                  preflight: 90s
                  namespaces: [shop]
                  policySources:
                    - {namespace: edge, selector: "app=limits,tier in (gold,silver)", tenants: [acme],
                       writeBack: configmap, takesOver: [kubectl-create]}
                  configurationStores: [{name: shop, namespace: edge, configMap: limits}]
                  gateways:
                    - name: gw
                      namespace: edge
                      deployment: edge-gateway.v2
                      container: proxy
                      volume: conf
                      file: main.conf
                      binary: /opt/nginx/sbin/nginx
                      pidFile: /tmp/nginx.pid
                      accessLog: /tmp/access.log
                      listen: 0.0.0.0:8080
                      url: http://gw.edge:80
                      service: 127.0.0.1:8089
                      foreground: true
                      identity: {header: x-tenant}
                      routes: [{prefix: /search, service: search}]
                      upstreams: {search: "search:80"}
                """)
            .kubernetes()
            .orElseThrow();

    assertThat(kubernetes.kubeconfig()).contains(folder.resolve("secrets/kube.yaml"));
    assertThat(kubernetes.context()).contains("production");
    assertThat(kubernetes.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(kubernetes.preflight()).isEqualTo(Duration.ofSeconds(90));
    assertThat(kubernetes.namespaces()).containsExactly("shop");
    assertThat(kubernetes.policySources()).containsExactly(LIMITS);
    assertThat(kubernetes.configurationStores())
        .containsExactly(new MapStore("shop", "edge", "limits"));
    var gateway = kubernetes.gateways().getFirst();
    assertThat(gateway.gateway())
        .isEqualTo(
            new Gateway(
                "gw",
                "edge",
                new Gateway.Identity.Header("x-tenant"),
                List.of(new Gateway.Route("/search", "search"))));
    assertThat(gateway.deployment()).isEqualTo("edge-gateway.v2");
    assertThat(gateway.container()).isEqualTo("proxy");
    assertThat(gateway.volume()).isEqualTo("conf");
    assertThat(gateway.file()).isEqualTo("main.conf");
    assertThat(gateway.binary()).isEqualTo("/opt/nginx/sbin/nginx");
    var front = gateway.front();
    assertThat(gateway.url()).contains("http://gw.edge:80");
    assertThat(front.listen()).isEqualTo("0.0.0.0:8080");
    assertThat(front.service()).isEqualTo("127.0.0.1:8089");
    assertThat(front.upstreams()).containsEntry("search", "search:80");
    assertThat(front.pidFile()).isEqualTo(Path.of("/tmp/nginx.pid"));
    assertThat(front.accessLog()).isEqualTo(Path.of("/tmp/access.log"));
    assertThat(front.foreground()).isTrue();
  }

  @Test
  void reportsAllProblemsAtOnce() {
    var problems =
        refused(
            """
            kubeconfig: kube.yaml
            kubernetes:
              context: production
              preflight: soon
              namespaces: [Shop]
              policySource: []
              policySources:
                - {namespace: edge, selector: "app=(", tenants: [acme]}
                - {namespace: edge, selector: "app=(", takesOver: [helm]}
              gateways:
                - {name: gw, namespace: edge, deployment: GW, listen: "8080", service: x, file: a/b}
            """);

    assertThat(problems)
        .extracting(ConfigProblem::path)
        .contains(
            "kubeconfig",
            "kubernetes.context",
            "kubernetes.preflight",
            "kubernetes",
            "kubernetes.policySource",
            "kubernetes.policySources[0].selector",
            "kubernetes.policySources[1].takesOver",
            "kubernetes.policySources[1]",
            "kubernetes.gateways[0].deployment",
            "kubernetes.gateways[0].service",
            "kubernetes.gateways[0].volume",
            "kubernetes.gateways[0].file",
            "kubernetes.gateways[0].identity");
    assertThat(problems.toString())
        .contains("is now kubernetes.kubeconfig")
        .contains("did you mean policySources?");
  }

  @Test
  void refusesTwoStoresOfOneNameOrConfigMap() {
    var problems =
        refused(
            """
            configurationStores:
              - {name: limits, endpoints: ["http://127.0.0.1:2379"], prefix: /services/}
            kubernetes:
              configurationStores:
                - {name: shop, namespace: edge}
                - {name: shop, namespace: other}
                - {name: limits, namespace: edge, configMap: shop}
            """);

    assertThat(problems)
        .extracting(ConfigProblem::path)
        .containsExactly(
            "kubernetes.configurationStores[1].name",
            "kubernetes.configurationStores[2].name",
            "configurationStores");
  }

  @Test
  void takesTwoGatewaysOfOneDeployment() throws Exception {
    var config = parse(two("one, volume: a, listen: \"80\"", "two, volume: b, listen: \"81\""));

    assertThat(config.kubernetes().orElseThrow().gateways()).hasSize(2);
  }

  @Test
  void refusesTwoGatewaysOfOneVolume() {
    var problems =
        refused(two("one, volume: conf, listen: \"80\"", "two, volume: conf, listen: \"81\""));

    assertThat(problems).singleElement().asString().contains("two gateways have edge/gw/conf");
  }

  /** They share the address of their pod. */
  @Test
  void refusesTwoGatewaysOfOneDeploymentOnOnePort() {
    var problems =
        refused(two("one, volume: a, listen: \"80\"", "two, volume: b, listen: \"*:80\""));

    assertThat(problems)
        .singleElement()
        .asString()
        .contains("two gateways of the pods of edge/gw listen on port 80");
  }

  private static String two(String one, String other) {
    String gateway =
        "{name: %s, namespace: edge, deployment: gw, service: \"a:1\", identity: {host: test}}";
    return """
    rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:8089"}]
    kubernetes: {gateways: [%s, %s]}
    """
        .formatted(gateway.formatted(one), gateway.formatted(other));
  }

  private AgentConfig parse(String text) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), OTHERS + text, Map.of());
  }

  private List<ConfigProblem> refused(String text) {
    return catchThrowableOfType(InvalidConfigException.class, () -> parse(text)).problems();
  }
}
