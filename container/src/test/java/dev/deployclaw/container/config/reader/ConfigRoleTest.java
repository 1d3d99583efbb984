package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.HostConfig;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each process opens its own secrets only: a missing file proves that it stayed closed. */
class ConfigRoleTest {
  private static final String TEXT =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"], username: agent, passwordFile: etcd-agent}
      redis: {nodes: ["127.0.0.1:7001"], username: executor, passwordFile: redis}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: b, accessKeyFile: access, secretKeyFile: secret}
      nats: {url: "nats://127.0.0.1:4222", username: agent, passwordFile: nats}
      rateLimitServices: [{namespace: edge, url: "http://127.0.0.1:8089", tokenFile: token}]
      configurationStores:
        - {name: store, endpoints: ["http://127.0.0.1:2479"], prefix: /s/, username: s, passwordFile: store}
      docker: {host: "tcp://127.0.0.1:2376", tls: {ca: d-ca, certificate: d-cert, key: d-key}}
      kubernetes: {kubeconfig: kubeconfig}
      host: {etcd: {username: executor, passwordFile: etcd-host}}
      """;

  private static final List<String> BACKENDS =
      List.of("redis", "access", "secret", "token", "store", "etcd-host");

  @TempDir Path folder;

  @Test
  void theAgentOpensNoSecretOfABackEnd() throws Exception {
    write("etcd-agent", "of-the-agent");
    write("nats", "of-the-stream");

    var config = read(ConfigRole.AGENT);

    assertThat(config.etcd().username()).isEqualTo("agent");
    assertThat(config.etcd().password().value()).isEqualTo("of-the-agent");
    assertThat(config.redis().password()).isEqualTo(SecretValue.WITHHELD);
    assertThat(config.s3().secretKey()).isEqualTo(SecretValue.WITHHELD);
    assertThat(config.services().getFirst().token()).isEqualTo(SecretValue.WITHHELD);
  }

  @Test
  void theHostOpensThoseAloneAndHasAUserOfItsOwnAtEtcd() throws Exception {
    for (String name : BACKENDS) {
      write(name, "value-of-" + name);
    }

    var config = read(ConfigRole.HOST);

    assertThat(config.etcd().username()).isEqualTo("executor");
    assertThat(config.etcd().password().value()).isEqualTo("value-of-etcd-host");
    assertThat(config.redis().password().value()).isEqualTo("value-of-redis");
    assertThat(config.nats().password()).isEqualTo(SecretValue.WITHHELD);
    assertThat(SecretRegistry.known()).contains("value-of-secret");
  }

  @Test
  void withoutItsOwnUserTheHostHasTheAgents() throws Exception {
    for (String name : BACKENDS) {
      write(name, "value-of-" + name);
    }
    write("etcd-agent", "of-both");

    var config = read(ConfigRole.HOST, TEXT.replaceFirst("(?m)^host: .*", ""));

    assertThat(config.etcd().username()).isEqualTo("agent");
    assertThat(config.etcd().password().value()).isEqualTo("of-both");
  }

  @Test
  void aCommandAloneOpensAllAndMissesEachByName() {
    var e = catchThrowableOfType(InvalidConfigException.class, () -> read(ConfigRole.BOTH));

    assertThat(e.problems())
        .extracting(ConfigProblem::path)
        .contains(
            "etcd.passwordFile",
            "redis.passwordFile",
            "s3.secretKeyFile",
            "nats.passwordFile",
            "rateLimitServices[0].tokenFile",
            "configurationStores[0].passwordFile",
            "host.etcd.passwordFile");
  }

  @Test
  void theAgentKnowsWhichFilesItsHostHasToRead() throws Exception {
    write("etcd-agent", "of-the-agent");
    write("nats", "of-the-stream");

    var files = read(ConfigRole.AGENT).host().credentials();

    assertThat(files)
        .contains(folder.resolve("redis"), folder.resolve("secret"), folder.resolve("etcd-host"))
        .contains(folder.resolve("kubeconfig"), folder.resolve("d-key"), folder.resolve("store"))
        .doesNotContain(folder.resolve("etcd-agent"), folder.resolve("nats"));
  }

  @Test
  void theSectionHasDefaultsAndIsStrict() throws Exception {
    write("etcd-agent", "of-the-agent");
    write("nats", "of-the-stream");

    var host = read(ConfigRole.AGENT).host();

    assertThat(host.enabled()).isTrue();
    assertThat(host.user()).isEqualTo(HostConfig.USER);
    assertThat(host.isForeign()).isFalse();
    var e =
        catchThrowableOfType(
            InvalidConfigException.class,
            () ->
                read(
                    ConfigRole.AGENT,
                    TEXT.replaceFirst("(?m)^host: .*", "host: {ports: [0, 70000], sokcet: x}")));
    assertThat(e.problems())
        .extracting(ConfigProblem::path)
        .containsExactly("host.ports", "host.ports", "host.sokcet");
  }

  private void write(String name, String text) throws Exception {
    Files.writeString(folder.resolve(name), text);
  }

  private AgentConfig read(ConfigRole role) throws Exception {
    return read(role, TEXT);
  }

  private AgentConfig read(ConfigRole role, String text) throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), text);
    return ConfigReader.read(file, Map.of(), role);
  }
}
