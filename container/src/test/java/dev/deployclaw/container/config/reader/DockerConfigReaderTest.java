package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.DockerConfig.ContainerSelector;
import dev.deployclaw.container.config.DockerConfig.Tls;
import dev.deployclaw.container.config.NginxSiteConfig;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.PathStrictness;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerConfigReaderTest {
  private static final String OTHERS =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      rateLimitServices: [{namespace: shop, url: "http://127.0.0.1:8089"}]
      """;

  private static final String GATEWAY =
      """
            namespace: shop
            container: shop-gateway
            inside: /etc/nginx/deployclaw
            listen: 0.0.0.0:8000
            url: http://127.0.0.1:8000
            service: ratelimit:8089
            identity: {host: lab.test}
      """;

  @TempDir Path folder;

  @Test
  void fillsDefaults() throws Exception {
    var docker = parse("docker:\n  host: unix:///run/docker.sock\n" + gateways("gw-1"));

    assertThat(docker.tls()).isEmpty();
    assertThat(docker.timeout()).isEqualTo(Duration.ofSeconds(5));
    var entry = docker.gateways().getFirst();
    assertThat(entry.folder()).isEmpty();
    assertThat(entry.binary()).isEqualTo("/usr/sbin/nginx");
    assertThat(entry.restart()).isFalse();
    assertThat(entry.which()).isEqualTo(new ContainerSelector.Named("shop-gateway"));
    assertThat(entry.front().pidFile()).isEqualTo(Path.of("/run/nginx.pid"));
    assertThat(entry.front().accessLog()).isEqualTo(Path.of("/var/log/nginx/access.log"));
    assertThat(entry.front().askers()).isEmpty();
    assertThat(entry.front().foreground()).isFalse();
  }

  @Test
  void readsEveryKey() throws Exception {
    var docker =
        parse(
            """
            docker:
              host: tcp://10.0.0.9:2376
              tls: {ca: certs/ca.pem, cert: certs/cert.pem, key: certs/key.pem}
              timeout: 2s
              gateways:
                - name: gw-1
                  namespace: shop
                  label: role=gateway
                  inside: /conf
                  folder: gateways/gw-1
                  binary: /opt/nginx
                  reload: restart
                  pidFile: /p/nginx.pid
                  accessLog: /l/access.log
                  listen: 0.0.0.0:8000
                  url: http://10.0.0.9:8000
                  service: ratelimit:8089
                  askers: [172.18.0.1]
                  trusted: [10.0.9.0/24]
                  backstop: 50
                  paths: encoded-slash
                  foreground: true
                  identity: {header: x-tenant}
                  routes: [{prefix: /search, service: search}]
                  upstreams: {search: "search:8080"}
            """);

    var certificates = folder.resolve("certs");
    assertThat(docker.host()).isEqualTo("tcp://10.0.0.9:2376");
    assertThat(docker.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(docker.tls())
        .contains(
            new Tls(
                certificates.resolve("ca.pem"),
                certificates.resolve("cert.pem"),
                certificates.resolve("key.pem")));
    assertThat(docker.gateways())
        .containsExactly(
            new DockerConfig.ContainerEntry(
                new Gateway(
                    "gw-1",
                    "shop",
                    new Gateway.Identity.Header("x-tenant"),
                    List.of(new Gateway.Route("/search", "search"))),
                new ContainerSelector.Labelled("role", "gateway"),
                "/conf",
                Optional.of(folder.resolve("gateways/gw-1")),
                "/opt/nginx",
                true,
                "http://10.0.0.9:8000",
                new NginxSiteConfig(
                    "0.0.0.0:8000",
                    "ratelimit:8089",
                    Map.of("search", "search:8080"),
                    Path.of("/p/nginx.pid"),
                    Path.of("/l/access.log"),
                    List.of("172.18.0.1"),
                    new EdgePolicy(
                        List.of("10.0.9.0/24"), OptionalInt.of(50), PathStrictness.ENCODED_SLASH),
                    true)));
  }

  @Test
  void takesTheHostFromTheEnvironmentAlone() throws Exception {
    var config =
        ConfigReader.parse(
            folder.resolve("deployclaw.yaml"),
            OTHERS,
            Map.of("DEPLOYCLAW_DOCKER_HOST", "unix:///run/docker.sock"));

    assertThat(config.docker().orElseThrow().host()).isEqualTo("unix:///run/docker.sock");
  }

  @Test
  void reportsAllProblemsAtOnce() {
    var invalid =
        refused(
            """
            docker:
              host: /var/run/docker.sock
              tsl: {}
              tls: {ca: ca.pem}
              gateways:
                - {name: gw-1, container: a, label: b, reload: often, inside: conf, askers: [all]}
            """);

    assertThat(invalid.problems())
        .extracting(ConfigProblem::path)
        .contains(
            "docker.host",
            "docker.tsl",
            "docker.tls.cert",
            "docker.tls.key",
            "docker.gateways[0]",
            "docker.gateways[0].namespace",
            "docker.gateways[0].label",
            "docker.gateways[0].reload",
            "docker.gateways[0].url");
    assertThat(invalid)
        .hasMessageContaining("deployclaw.yaml:7: docker.host")
        .hasMessageContaining("write unix:///var/run/docker.sock")
        .hasMessageContaining("did you mean tls?")
        .hasMessageContaining("needs exactly one of container and label")
        .hasMessageContaining("\"b\" is not key=value");
  }

  @Test
  void refusesPathsAndAskersThatCannotBe() {
    var relative = GATEWAY.replace("/etc/nginx/deployclaw", "conf");
    var anybody = GATEWAY + "      askers: [all]\n";

    assertThat(refused(docker("    - name: gw-1\n" + relative)))
        .hasMessageContaining("inside isn't an absolute path in the container: conf");
    assertThat(refused(docker("    - name: gw-1\n" + anybody)))
        .hasMessageContaining("asker can't be written into a gateway's file: all");
  }

  @Test
  void refusesTwoGatewaysOfOneName() {
    assertThat(refused("docker:\n  host: unix:///run/docker.sock\n" + gateways("gw-1", "gw-1")))
        .hasMessageContaining("gateways: two are named gw-1; give each a name of its own");
  }

  @Test
  void refusesCertificatesForASocket() {
    assertThat(refused("docker: {host: \"unix:///s\", tls: {ca: a, cert: b, key: c}}\n"))
        .hasMessageContaining("docker.tls: is for tcp");
  }

  @Test
  void namesTheSuccessorOfTheOldKey() {
    assertThat(refused("dockerHost: unix:///run/docker.sock\n"))
        .hasMessageContaining("dockerHost: is now docker.host; write it there");
  }

  @Test
  void needsAHostWhereAnythingElseIsSaid() {
    assertThat(refused("docker: {timeout: 1s}\n")).hasMessageContaining("docker.host: is required");
  }

  private static String docker(String gateways) {
    return "docker:\n  host: unix:///run/docker.sock\n  gateways:\n" + gateways;
  }

  private static String gateways(String... names) {
    var out = new StringBuilder("  gateways:\n");
    for (String name : names) {
      out.append("    - name: ").append(name).append('\n').append(GATEWAY);
    }
    return out.toString();
  }

  private DockerConfig parse(String text) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), OTHERS + text, Map.of())
        .docker()
        .orElseThrow();
  }

  private InvalidConfigException refused(String text) {
    return catchThrowableOfType(InvalidConfigException.class, () -> parse(text));
  }
}
