package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  private static final AgentConfig.Service PLAIN =
      new AgentConfig.Service(
          "shop", "http://127.0.0.1:8081", SecretValue.NONE, TlsSettings.DEFAULT);

  private static final String LEAST =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  private static final String GATEWAY =
      """
      gateways:
        - name: gw-01
          namespace: shop
          folder: gateways/gw-01
          pidFile: gateways/gw-01/nginx.pid
          accessLog: gateways/gw-01/access.log
          listen: 127.0.0.1:8000
          url: http://127.0.0.1:8000
          service: 127.0.0.1:8081
          identity: {host: lab.test}
          routes: [{prefix: /search, service: search}]
          upstreams: {search: "127.0.0.1:9001"}
      """;

  @TempDir Path folder;

  @Test
  void readsTheZoneOfTimesThatNameNone() throws Exception {
    assertThat(parse(LEAST + "timezone: Europe/Berlin\n", Map.of()).timezone())
        .isEqualTo(ZoneId.of("Europe/Berlin"));
    assertThatThrownBy(() -> parse(LEAST + "timezone: Europe/Atlantis\n", Map.of()))
        .hasMessageContaining("timezone: no time zone: Europe/Atlantis")
        .hasMessageContaining("write a region, such as Europe/Berlin");
  }

  @Test
  void fillsDefaults() throws Exception {
    var config = parse(LEAST, Map.of());

    assertThat(config.stateDir()).isEqualTo(folder.resolve(".deployclaw/state"));
    assertThat(config.etcd().prefix()).isEqualTo("/deployclaw/default/");
    assertThat(config.etcd().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.redis().timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.s3().region()).isEqualTo("us-east-1");
    assertThat(config.s3().timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.nats().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.gate())
        .isEqualTo(new AgentConfig.Gate(false, false, 10, Duration.ofHours(24), List.of()));
    assertThat(config.probes().requests()).isEqualTo(500);
    assertThat(config.timezone()).isEqualTo(ZoneId.of("UTC"));
    assertThat(config.bounds())
        .isEqualTo(
            new AgentConfig.Bounds(
                Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(60), 3));
    assertThat(config.docker()).isEmpty();
    assertThat(config.kubernetes()).isEmpty();
    assertThat(config.skillsDir()).isEmpty();
    assertThat(config.services()).isEmpty();
    assertThat(config.gateways()).isEmpty();
    assertThat(config.policySources()).isEmpty();
    assertThat(config.configurationStores()).isEmpty();
    assertThat(config.redact()).isEmpty();
  }

  @Test
  void readsEveryKey() throws Exception {
    Files.writeString(folder.resolve("s3.secret"), "the-secret\n");
    var config =
        parse(
            """
            stateDir: state
            skillsDir: skills
            etcd: {endpoints: ["http://a:1", "http://b:2"], prefix: /x, username: u, password: p, timeout: 1s}
            redis: {nodes: ["h:1"], username: ru, password: rp, timeout: 500ms}
            s3: {endpoint: "http://s", region: eu, bucket: bbb, accessKey: ak, secretKeyFile: s3.secret, timeout: 2s}
            nats: {url: "nats://n", credentialsFile: n.creds, timeout: 3s, monitors: ["http://n:8222"]}
            rateLimitServices:
              - {namespace: shop, url: "http://127.0.0.1:8081"}
            gateways:
              - name: gw-01
                namespace: shop
                folder: gateways/gw-01
                binary: /opt/nginx
                pidFile: gateways/gw-01/nginx.pid
                accessLog: gateways/gw-01/access.log
                listen: 127.0.0.1:8000
                url: http://127.0.0.1:8000
                service: 127.0.0.1:8081
                identity: {host: lab.test}
                routes: [{prefix: /search, service: search}]
                upstreams: {search: "127.0.0.1:9001"}
            configurationStores:
              - {name: limits, endpoints: ["http://c:3"], prefix: /services/limits}
            policySources:
              - {folder: policies, namespace: shop, tenants: [acme], writeBack: file}
            docker: {host: "unix:///var/run/docker.sock"}
            gate: {default: auto, approverMustDiffer: true, stepFactor: 3, holdFor: 1h}
            probes: {requests: 100}
            bounds: {lease: 6s, call: 7s, converge: 8s, refusals: 5}
            redact: [only-for-this-test]
            """,
            Map.of());

    assertThat(config.stateDir()).isEqualTo(folder.resolve("state"));
    assertThat(config.skillsDir()).contains(folder.resolve("skills"));
    assertThat(config.etcd().endpoints()).containsExactly("http://a:1", "http://b:2");
    assertThat(config.etcd().prefix()).isEqualTo("/x/");
    assertThat(config.etcd().password().value()).isEqualTo("p");
    assertThat(config.redis().timeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.s3().secretKey().value()).isEqualTo("the-secret");
    assertThat(config.nats().credentialsFile()).contains(folder.resolve("n.creds"));
    assertThat(config.nats().monitors()).containsExactly("http://n:8222");
    assertThat(config.services()).containsExactly(PLAIN);
    var gateway = config.gateways().getFirst();
    assertThat(gateway.gateway().identity()).isEqualTo(new Gateway.Identity.Host("lab.test"));
    assertThat(gateway.gateway().routes()).containsExactly(new Gateway.Route("/search", "search"));
    assertThat(gateway.folder()).isEqualTo(folder.resolve("gateways/gw-01"));
    assertThat(gateway.front().upstreams()).containsEntry("search", "127.0.0.1:9001");
    var store = config.configurationStores().getFirst();
    assertThat(store.name()).isEqualTo("limits");
    assertThat(store.etcd().endpoints()).containsExactly("http://c:3");
    assertThat(store.etcd().prefix()).isEqualTo("/services/limits/");
    assertThat(config.policySources())
        .containsExactly(
            new AgentConfig.Source(folder.resolve("policies"), "shop", List.of("acme"), "file"));
    assertThat(config.docker().orElseThrow().host()).isEqualTo("unix:///var/run/docker.sock");
    assertThat(config.gate())
        .isEqualTo(new AgentConfig.Gate(true, true, 3, Duration.ofHours(1), List.of()));
    assertThat(config.bounds().converge()).isEqualTo(Duration.ofSeconds(8));
    assertThat(config.bounds().refusals()).isEqualTo(5);
    assertThat(config.redact()).containsExactly(new SecretValue("only-for-this-test"));
  }

  @Test
  void theEnvironmentsSecretWinsOverTheFilesAndItsFile() throws Exception {
    Files.writeString(folder.resolve("file.secret"), "of-the-file\n");
    Files.writeString(folder.resolve("named.secret"), "of-a-named-file\n");
    String text = LEAST.replace("redis: {", "redis: {username: u, passwordFile: file.secret, ");
    var told = Map.of("DEPLOYCLAW_REDIS_PASSWORD", "told");
    var named = Map.of("DEPLOYCLAW_REDIS_PASSWORD_FILE", "named.secret");

    assertThat(password(text, Map.of())).isEqualTo("of-the-file");
    assertThat(password(text, told)).isEqualTo("told");
    assertThat(password(text, named)).isEqualTo("of-a-named-file");
  }

  private String password(String text, Map<String, String> environment)
      throws InvalidConfigException {
    var config = ConfigReader.parse(folder.resolve("deployclaw.yaml"), text, environment);
    return config.redis().password().value();
  }

  @Test
  void reportsAllProblemsAtOnceWithLineAndRemedy() {
    var invalid =
        refused(
            """
            etcd: {endpoint: "http://127.0.0.1:2379"}
            redis: {nodes: ["h:1"], timeout: soon}
            s3: {bucket: b}
            nats: {url: "nats://n"}
            gate: {default: maybe}
            """);

    assertThat(invalid.problems())
        .extracting(ConfigProblem::path)
        .contains(
            "etcd.endpoint",
            "etcd.endpoints",
            "redis.timeout",
            "s3.endpoint",
            "s3.accessKeyFile",
            "s3.secretKeyFile",
            "gate.default");
    assertThat(invalid).hasMessageContaining("deployclaw.yaml:1: etcd.endpoint: is unknown");
    assertThat(invalid).hasMessageContaining("did you mean endpoints?");
    assertThat(invalid).hasMessageContaining("deployclaw.yaml:2: redis.timeout");
  }

  @Test
  void refusesWhatWouldEnforceNothing() {
    var noRedis = refused(LEAST.replace("[\"127.0.0.1:7001\"]", "[]"));
    var noEtcd = refused(LEAST.replace("[\"http://127.0.0.1:2379\"]", "[]"));
    var noService = refused(LEAST + GATEWAY);

    assertThat(noRedis).hasMessageContaining("redis.nodes: needs at least one entry; add one");
    assertThat(noEtcd).hasMessageContaining("etcd.endpoints: needs at least one entry; add one");
    assertThat(noService)
        .hasMessageContaining(
            "rateLimitServices: needs at least one entry, since gateways ask a service; add the"
                + " service beside each gateway");
  }

  @Test
  void aClaimNamesTheTenantWhereIssuerAndAudienceAreSaid() throws Exception {
    String services = "rateLimitServices: [{namespace: shop, url: \"http://127.0.0.1:8081\"}]\n";
    var config = parse(LEAST + services + identified("claim: tenant, issuer: i, audience: a"));

    assertThat(config.gateways().getFirst().gateway().identity())
        .isEqualTo(new Gateway.Identity.Claim("tenant", "i", "a", InvalidTokenAction.REFUSE));
    assertThat(refused(LEAST + services + identified("claim: t, unproven: perhaps")))
        .hasMessageContainingAll("identity.issuer", "identity.audience", "identity.unproven");
    assertThat(refused(LEAST + services + identified("host: lab.test, header: x-tenant")))
        .hasMessageContaining("needs exactly one of host, header and claim");
  }

  @Test
  void refusesConfigurationStoresThatWriteOverEachOther() {
    var own =
        refused(
            LEAST
                + """
                configurationStores:
                  - {name: a, endpoints: ["http://c:3"], prefix: /deployclaw/default/services}
                """);
    var twice =
        refused(
            LEAST
                + """
                configurationStores:
                  - {name: a, endpoints: ["http://c:3"], prefix: /services}
                  - {name: b, endpoints: ["http://c:3"], prefix: /services/b}
                """);

    assertThat(own).hasMessageContaining("configurationStores[0].prefix: overlaps the agent's own");
    assertThat(twice).hasMessageContaining("configurationStores[1].name: names a store");
  }

  @Test
  void namesTheLineOfBrokenYaml() {
    var invalid = refused("etcd: {endpoints: [\nredis: x: y\n");

    assertThat(invalid).hasMessageContaining("deployclaw.yaml:2").hasMessageContaining("not YAML");
  }

  @Test
  void letsTheEnvironmentWin() throws Exception {
    var config =
        parse(
            LEAST,
            Map.of("DEPLOYCLAW_S3_SECRET_KEY", "from-env", "DEPLOYCLAW_GATE_DEFAULT", "auto"));

    assertThat(config.s3().secretKey().value()).isEqualTo("from-env");
    assertThat(config.gate().auto()).isTrue();
  }

  @Test
  void neverPrintsSecrets() throws Exception {
    var config = parse(LEAST, Map.of("DEPLOYCLAW_S3_SECRET_KEY", "hunter2"));

    assertThat(config.toString()).doesNotContain("hunter2").contains("***");
  }

  private static String identified(String identity) {
    return GATEWAY.replace("host: lab.test", identity);
  }

  private AgentConfig parse(String text) throws InvalidConfigException {
    return parse(text, Map.of());
  }

  private AgentConfig parse(String text, Map<String, String> environment)
      throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), text, environment);
  }

  private InvalidConfigException refused(String text) {
    return catchThrowableOfType(InvalidConfigException.class, () -> parse(text, Map.of()));
  }
}
