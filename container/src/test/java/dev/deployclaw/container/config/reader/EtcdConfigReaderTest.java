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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdConfigReaderTest {
  private static final String OTHERS =
      """
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  @TempDir Path folder;

  @BeforeEach
  void files() throws Exception {
    Files.writeString(folder.resolve("word"), "etcd-login-4711\n");
  }

  @Test
  void fillsDefaults() throws Exception {
    var etcd = parse("endpoints: [\"http://a:1\"]");

    assertThat(etcd.username()).isEmpty();
    assertThat(etcd.tls()).isEqualTo(TlsSettings.DEFAULT);
  }

  @Test
  void readsUserAndCertificates() throws Exception {
    var made = TestCertificate.make(folder, "CN=it");

    var etcd =
        parse(
            "endpoints: [\"https://a:1\"], username: agent, passwordFile: word,"
                + " tls: {ca: it.crt, cert: it.crt, key: it.key}");

    assertThat(etcd.username()).isEqualTo("agent");
    assertThat(etcd.password().value()).isEqualTo("etcd-login-4711");
    assertThat(etcd.toString()).contains("***").doesNotContain("etcd-login-4711");
    assertThat(etcd.tls().authorities()).contains(made.certificate());
    assertThat(etcd.tls().identity())
        .contains(new TlsSettings.Identity(made.certificate(), made.key()));
  }

  @Test
  void saysWhatDoesNotFit() {
    assertThat(refused("endpoints: [\"http://a:1\"], username: agent"))
        .hasMessageContaining("etcd.username: has no password; add passwordFile");
    assertThat(refused("endpoints: [\"http://a:1\"], password: x"))
        .hasMessageContaining("etcd.password: has no username");
    assertThat(refused("endpoints: [\"http://a:1\", \"https://b:1\"]"))
        .hasMessageContaining("etcd.endpoints: mix http:// and https://");
    assertThat(refused("endpoints: [\"http://a:1\"], tls: {ca: ca.pem}"))
        .hasMessageContaining("etcd.tls: is for TLS");
    assertThat(refused("endpoints: [\"https://a:1\"], tls: {ca: none.pem, cert: it.crt}"))
        .hasMessageContaining("etcd.tls.ca: isn't there")
        .hasMessageContaining("etcd.tls.cert: and key are needed together");
  }

  @Test
  void aUserOfRedisNeedsAPassword() {
    var text =
        "etcd: {endpoints: [\"http://a:1\"]}\n" + OTHERS.replace("]}\ns3", "], username: u}\ns3");

    assertThat(catchThrowableOfType(InvalidConfigException.class, () -> whole(text)))
        .hasMessageContaining("redis.username: has no password; add passwordFile");
  }

  private AgentConfig.Etcd parse(String etcd) throws InvalidConfigException {
    return whole("etcd: {" + etcd + "}\n" + OTHERS).etcd();
  }

  private AgentConfig whole(String text) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), text, Map.of());
  }

  private InvalidConfigException refused(String etcd) {
    return catchThrowableOfType(InvalidConfigException.class, () -> parse(etcd));
  }
}
