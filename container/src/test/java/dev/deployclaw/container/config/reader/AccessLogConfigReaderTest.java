package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.policy.model.Gateway.Route;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.RequestAttribution.TenantSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogConfigReaderTest {
  private static final String ESTATE =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: b, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      rateLimitServices: [{namespace: shop, url: "http://127.0.0.1:8081"}]
      gateways:
      """;
  private static final String HOST = "host: example.net";
  private static final String CLAIM = "claim: tenant, issuer: https://id.test, audience: api";

  @TempDir Path folder;

  @Test
  void withoutALogThereAreThoseOfFileGatewaysThatGoByHost() throws Exception {
    assertThat(logs(gateway("a", HOST) + gateway("b", "header: x-tenant")))
        .containsExactly(log("a", "gateways/a/access.log", new TenantSource.Host()));
  }

  @Test
  void aGivenLogHasTheRoutesOfItsGatewayAndItsTenantByTheIdentity() throws Exception {
    String given =
        """
        accessLogs:
          - {gateway: a, file: logs/a}
          - {gateway: b, file: logs/b}
          - {gateway: b, file: logs/c, tenant: "field:tenant"}
        """;

    assertThat(logs(gateway("a", HOST) + gateway("b", "header: x-tenant") + given))
        .containsExactly(
            log("a", "logs/a", new TenantSource.Host()),
            log("b", "logs/b", new TenantSource.Field("http_x_tenant")),
            log("b", "logs/c", new TenantSource.Field("tenant")));
    assertThat(logs(gateway("a", HOST) + "accessLogs: []\n")).isEmpty();
  }

  @Test
  void saysWhatIsWrong() {
    wrong("{gateway: z, file: f}", "accessLogs[0].gateway: names no configured gateway");
    wrong("{gateway: a, file: f, tenant: cookie}", "accessLogs[0].tenant: doesn't say where");
    wrong("{gateway: b, file: f}", "accessLogs[0].tenant: doesn't say where");
    wrong("{gateway: a, file: f, format: json}", "accessLogs[0].format: is unknown");
  }

  private void wrong(String entry, String message) {
    String text = gateway("a", HOST) + gateway("b", CLAIM) + "accessLogs: [" + entry + "]\n";
    assertThatThrownBy(() -> logs(text)).hasMessageContaining(message);
  }

  private List<AccessLogConfig> logs(String rest) throws Exception {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), ESTATE + rest, Map.of())
        .accessLogs();
  }

  private static String gateway(String name, String identity) {
    return """
      - name: %s
        namespace: shop
        folder: gateways/%1$s
        pidFile: gateways/%1$s/nginx.pid
        accessLog: gateways/%1$s/access.log
        listen: 127.0.0.1:8000
        url: http://127.0.0.1:8000
        service: 127.0.0.1:8081
        identity: {%s}
        routes: [{prefix: /search, service: search}]
        upstreams: {search: "127.0.0.1:9001"}
    """
        .formatted(name, identity);
  }

  private AccessLogConfig log(String gateway, String file, TenantSource tenant) {
    var routes = List.of(new Route("/search", "search"));
    return new AccessLogConfig(
        gateway, folder.resolve(file), new RequestAttribution(tenant, routes));
  }
}
