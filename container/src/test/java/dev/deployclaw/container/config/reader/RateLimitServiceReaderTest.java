package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How rate limit services are asked: for status by the agent, for decisions by gateways. */
class RateLimitServiceReaderTest {
  private static final String BACK_ENDS =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  @TempDir private Path folder;

  @Test
  void aServiceHasATokenAndCertificates() throws Exception {
    TestCertificate.make(folder.resolve("it"), "CN=agent");
    Files.writeString(folder.resolve("token"), "a-token-of-some-length\n");

    var service =
        parse(
                """
                rateLimitServices:
                  - namespace: edge
                    url: https://ratelimit.edge:8090
                    tokenFile: token
                    tls: {ca: it/it.crt, certificate: it/it.crt, key: it/it.key}
                """)
            .services()
            .getFirst();

    var pem = folder.resolve("it/it.crt");
    assertThat(service.token().value()).isEqualTo("a-token-of-some-length");
    assertThat(service.toString()).doesNotContain("a-token-of-some-length");
    assertThat(service.tls())
        .isEqualTo(
            new TlsSettings(
                Optional.of(pem),
                Optional.of(new TlsSettings.Identity(pem, folder.resolve("it/it.key"))),
                Optional.empty()));
  }

  @Test
  void saysWhatIsWrongWithThem() {
    assertThat(
            refused(
                "rateLimitServices: [{namespace: edge, url: 'http://a:1', tls: {serverName: x}}]"))
        .contains("rateLimitServices[0].tls", "https://");
    assertThat(refused("rateLimitServices: [{namespace: edge, url: 'http://a:1', tokenFile: no}]"))
        .contains("tokenFile", "can't be read");
  }

  @Test
  void aGatewayMayAskOnASocket() throws Exception {
    var gateway = parse(gateway("unix:/run/deployclaw/decide.sock")).gateways().getFirst();

    assertThat(gateway.front().site().service()).isEqualTo("unix:/run/deployclaw/decide.sock");
    assertThat(refused(gateway("unix:/a b"))).contains("service");
    assertThat(refused(gateway("nowhere"))).contains("is not host:port");
  }

  private static String gateway(String service) {
    return """
    rateLimitServices: [{namespace: shop, url: 'http://127.0.0.1:8081'}]
    gateways:
      - name: gw-01
        namespace: shop
        folder: gateways/gw-01
        pidFile: gateways/gw-01/nginx.pid
        accessLog: gateways/gw-01/access.log
        listen: 127.0.0.1:8000
        url: http://127.0.0.1:8000
        service: "%s"
        identity: {host: lab.test}
        routes: [{prefix: /search, service: search}]
        upstreams: {search: "127.0.0.1:9001"}
    """
        .formatted(service);
  }

  private AgentConfig parse(String more) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), BACK_ENDS + more, Map.of());
  }

  private String refused(String more) {
    var invalid = catchThrowableOfType(InvalidConfigException.class, () -> parse(more));
    return String.valueOf(invalid.problems());
  }
}
