package dev.deployclaw.container.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdReaderTest {
  private static final String OTHERS =
      """
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  @TempDir Path folder;

  @BeforeEach
  void files() throws Exception {
    for (String name : List.of("ca.pem", "it.crt", "it.key", "word")) {
      Files.writeString(folder.resolve(name), name + "\n");
    }
  }

  @Test
  void fillsDefaults() throws Exception {
    var etcd = parse("endpoints: [\"http://a:1\"]");

    assertThat(etcd.username()).isEmpty();
    assertThat(etcd.tls().isGiven()).isFalse();
  }

  @Test
  void readsUserAndCertificates() throws Exception {
    var etcd =
        parse(
            "endpoints: [\"https://a:1\"], username: agent, passwordFile: word,"
                + " tls: {ca: ca.pem, cert: it.crt, key: it.key}");

    assertThat(etcd.username()).isEqualTo("agent");
    assertThat(etcd.password().value()).isEqualTo("word");
    assertThat(etcd.toString()).contains("***").doesNotContain("value=word");
    assertThat(etcd.tls().ca()).contains(folder.resolve("ca.pem"));
    assertThat(etcd.tls().cert()).contains(folder.resolve("it.crt"));
    assertThat(etcd.tls().key()).contains(folder.resolve("it.key"));
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
        .hasMessageContaining("etcd.tls: is for https://");
    assertThat(refused("endpoints: [\"https://a:1\"], tls: {ca: none.pem, cert: it.crt}"))
        .hasMessageContaining("etcd.tls.ca: can't be read")
        .hasMessageContaining("etcd.tls.cert: and key are needed together");
  }

  @Test
  void aUserOfRedisNeedsAPassword() {
    var text =
        "etcd: {endpoints: [\"http://a:1\"]}\n" + OTHERS.replace("]}\ns3", "], username: u}\ns3");

    assertThat(catchThrowableOfType(InvalidConfig.class, () -> whole(text)))
        .hasMessageContaining("redis.username: has no password; add passwordFile");
  }

  private Config.Etcd parse(String etcd) throws InvalidConfig {
    return whole("etcd: {" + etcd + "}\n" + OTHERS).etcd();
  }

  private Config whole(String text) throws InvalidConfig {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), text, Map.of());
  }

  private InvalidConfig refused(String etcd) {
    return catchThrowableOfType(InvalidConfig.class, () -> parse(etcd));
  }
}
