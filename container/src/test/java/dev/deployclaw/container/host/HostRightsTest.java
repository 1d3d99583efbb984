package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.confinement.ConfinementPolicy;
import dev.deployclaw.container.confinement.LandlockScope;
import dev.deployclaw.container.confinement.SocketFilter;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostRightsTest {
  private static final int ROOT = 0;
  private static final int AGENT = 10_001;

  private static final String BACKENDS =
      """
      stateDir: state
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["10.0.0.1:7001", "10.0.0.2:7002"]}
      s3: {endpoint: "https://s3.example.net", bucket: b, accessKeyFile: access, secretKeyFile: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      host: {ports: [7100]}
      """;

  private static final String GATEWAY =
      """
      rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:8090"}]
      gateways:
        - name: gw-01
          namespace: edge
          folder: gateway
          pidFile: gateway/nginx.pid
          accessLog: gateway/access.log
          listen: 127.0.0.1:80
          url: http://127.0.0.1:81
          service: 127.0.0.1:8089
          identity: {host: lab.test}
          routes: [{prefix: /search, service: search}]
          upstreams: {search: "127.0.0.1:9001"}
      """;

  private static final String IN_POD =
      """
      kubernetes:
        policySources: [{namespace: edge}]
      """;

  private static final String DOCKER = "docker: {host: \"unix:///run/docker.sock\"}\n";

  @TempDir Path folder;

  @BeforeEach
  void make() throws Exception {
    assumeTrue(HostFiles.ownUser() == ROOT, "only root gives files away");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : List.of("access", "secret")) {
      Files.writeString(folder.resolve(name), "x");
    }
    Files.createDirectories(folder.resolve("gateway"));
    Files.createDirectories(folder.resolve("state"));
  }

  @Test
  void itConnectsToConfiguredPortsOnly() throws Exception {
    var policy = policy(BACKENDS, ROOT);

    assertThat(policy.ports().connect()).containsExactlyInAnyOrder(443, 2379, 7001, 7002, 7100);
    assertThat(policy.ports().bind()).isEmpty();
  }

  @Test
  void theHostGetsNoCredentialOfTheAgentByTheEnvironment() throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), BACKENDS);
    var environment =
        Map.of(
            "DEPLOYCLAW_NATS_USERNAME", "agent",
            "DEPLOYCLAW_NATS_PASSWORD", "of the stream",
            "DEPLOYCLAW_MODEL_API_KEY", "of the model",
            "OTEL_EXPORTER_OTLP_HEADERS", "authorization=of the collector",
            "DEPLOYCLAW_REDIS_PASSWORD", "of redis");
    var config = ConfigReader.read(file, environment, ConfigRole.AGENT);

    var theirs = HostLaunch.of(config, file, environment).surroundings();

    assertThat(theirs.toString())
        .doesNotContain("of the stream", "of the model", "of the collector")
        .contains("of redis");
    assertThat(ConfigReader.read(file, theirs, ConfigRole.HOST).redis().password().value())
        .isEqualTo("of redis");
  }

  @Test
  void withoutGatewaysItSignalsNobodyAndExecutesNothing() throws Exception {
    var policy = policy(BACKENDS, ROOT);

    assertThat(policy.scopes()).contains(LandlockScope.SIGNALS);
    assertThat(policy.capabilities()).doesNotContain("kill");
    assertThat(policy.files().executable()).noneMatch(p -> p.endsWith("setpriv"));
    assertThat(policy.files().readable()).doesNotContain(Path.of("/proc"));
  }

  @Test
  void aGatewayOnThisMachineIsSignalledAndItsPortTried() throws Exception {
    var policy = policy(BACKENDS + GATEWAY, ROOT);

    assertThat(policy.scopes()).doesNotContain(LandlockScope.SIGNALS);
    assertThat(policy.capabilities()).contains("kill", "net_bind_service");
    assertThat(policy.ports().bind()).containsExactly(80);
    assertThat(policy.ports().connect()).contains(81, 8090);
    assertThat(policy.files().writable()).contains(folder.resolve("gateway"));
  }

  @Test
  void filesOfAnotherOwnerNeedACapabilityAndItsOwnNeedNone() throws Exception {
    assertThat(policy(BACKENDS + GATEWAY, ROOT).capabilities()).contains("dac_override");

    Files.setAttribute(folder.resolve("gateway"), "unix:uid", 60_918);

    assertThat(policy(BACKENDS + GATEWAY, ROOT).capabilities())
        .doesNotContain("dac_override", "dac_read_search");
    Files.setPosixFilePermissions(
        folder.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
    assertThat(policy(BACKENDS + GATEWAY, ROOT).capabilities())
        .contains("dac_read_search")
        .doesNotContain("dac_override");
  }

  @Test
  void itGetsAUserOfItsOwnFromRootOnly() throws Exception {
    assertThat(policy(BACKENDS, ROOT).user().orElseThrow().uid()).isEqualTo(60_918);

    assertThat(policy(BACKENDS, AGENT).user()).isEmpty();
    assertThat(policy(BACKENDS, AGENT).capabilities()).isEmpty();
  }

  @Test
  void itReadsItsCredentialsAndNothingElseOfTheAgent() throws Exception {
    var files = policy(BACKENDS, ROOT).files();

    assertThat(files.readable()).contains(folder.resolve("access"), folder.resolve("secret"));
    assertThat(files.readable()).doesNotContain(folder, folder.resolve("state"));
    assertThat(files.writable()).doesNotContain(folder, folder.resolve("state"));
  }

  @Test
  void inAPodItReadsTheServiceAccountUnlessAKubeconfigIsNamed() throws Exception {
    var kubeconfig = Files.writeString(folder.resolve("kubeconfig"), "x");

    assertThat(needed(BACKENDS)).doesNotContain(KubernetesConnection.ACCOUNT);
    assertThat(needed(BACKENDS + IN_POD)).contains(KubernetesConnection.ACCOUNT);
    assertThat(needed(BACKENDS + IN_POD + "  kubeconfig: kubeconfig\n"))
        .contains(kubeconfig)
        .doesNotContain(KubernetesConnection.ACCOUNT);
  }

  @Test
  void itOpensUnixSocketsForDockerAndUdpForNamesOnly() throws Exception {
    String byAddress = BACKENDS.replace("s3.example.net", "10.0.0.3").replace("[7100]", "[]");

    assertThat(sockets(byAddress)).isEqualTo(new SocketFilter(false, false));
    assertThat(sockets(byAddress + GATEWAY)).isEqualTo(new SocketFilter(false, false));
    assertThat(sockets(BACKENDS.replace("[7100]", "[]"))).isEqualTo(new SocketFilter(false, true));
    assertThat(sockets(byAddress.replace("10.0.0.2:", "redis-2:")).names()).isTrue();
    assertThat(sockets(byAddress.replace("127.0.0.1:2379", "[::1]:2379")).names()).isFalse();
    assertThat(sockets(byAddress.replace("127.0.0.1:2379", "localhost:2379")).names()).isFalse();
    assertThat(sockets(byAddress + IN_POD).names()).as("a kubeconfig's server").isTrue();
    String named = GATEWAY.replace("127.0.0.1:9001", "search.internal:9001");
    assertThat(sockets(byAddress + named).names()).as("nginx -t looks it up").isTrue();
    String bySocket = GATEWAY.replace("127.0.0.1:8089", "unix:/run/limits.sock");
    assertThat(sockets(byAddress + bySocket).names()).isFalse();
    String anywhere = GATEWAY.replace("listen: 127.0.0.1:80", "listen: \"*:80\"");
    assertThat(sockets(byAddress + anywhere).names()).isFalse();
    String encrypted = byAddress.replace("7002\"]}", "7002\"], tls: {ca: ca.pem}}");
    assertThat(sockets(encrypted).names()).as("its nodes announce names").isTrue();
    assertThat(sockets(byAddress.replace("[]}", "[7100]}")).names())
        .as("what Redis names")
        .isTrue();
    assertThat(sockets(byAddress + DOCKER)).isEqualTo(new SocketFilter(true, false));
    assertThat(
            sockets(byAddress + DOCKER.replace("unix:///run/docker.sock", "tcp://10.0.0.9:2376")))
        .isEqualTo(new SocketFilter(false, false));
  }

  /** Neither by a setting nor by a symbolic link. */
  @Test
  void itIsGrantedNothingThatHasTheAgentsPass() throws Exception {
    var link = Files.createSymbolicLink(folder.resolve("source"), folder.resolve("state"));
    String above = GATEWAY.replace("gateway/nginx.pid", "nginx.pid");
    String linked = GATEWAY.replace("folder: gateway", "folder: source");
    String beside = BACKENDS.replace("{ports: [7100]}", "{socket: state/host.sock}");

    for (var text : List.of(BACKENDS + above, BACKENDS + linked, beside)) {
      assertThatThrownBy(() -> policy(text, ROOT))
          .as(text)
          .isInstanceOf(SetupException.class)
          .hasMessageContainingAll("agent.pass", "folders of their own");
    }
    assertThatThrownBy(() ->
            new HostFiles(folder.resolve("state")).keepPass(List.of(link.resolve(HostFiles.PASS))))
        .isInstanceOf(SetupException.class);
  }

  private SocketFilter sockets(String text) throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), text);
    return HostRights.sockets(ConfigReader.read(file, Map.of(), ConfigRole.AGENT));
  }

  private List<Path> needed(String text) throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), text);
    var config = ConfigReader.read(file, Map.of(), ConfigRole.AGENT);
    return new HostRights(config, HostFiles.of(config), List.of(), file).needed();
  }

  private ConfinementPolicy policy(String text, int self) throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), text);
    var config = ConfigReader.read(file, Map.of(), ConfigRole.AGENT);
    var files = HostFiles.of(config);
    var rights = new HostRights(config, files, List.of(), file);
    files.prepare(rights.user(self));
    return rights.policy(self);
  }
}
