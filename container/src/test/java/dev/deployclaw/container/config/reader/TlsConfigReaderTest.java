package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One shape for each back end, and each flaw of a file is named with its place and a remedy. */
class TlsConfigReaderTest {
  private static final String WHOLE = "{ca: ca/it.crt, certificate: it/it.crt, key: it/it.key}";

  @TempDir private static Path folder;

  @BeforeAll
  static void make() throws Exception {
    var authority = TestCertificate.make(folder.resolve("ca"), "CN=authority");
    authority.sign(folder.resolve("it"), "CN=agent");
    authority.signExpired(folder.resolve("old"), "CN=agent");
    var open = authority.sign(folder.resolve("open"), "CN=agent");
    Files.setPosixFilePermissions(open.key(), PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(
        folder.resolve("ec.key"),
        "-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n");
    Files.writeString(folder.resolve("empty"), "nothing\n");
  }

  @Test
  void hasOneShapeForEtcdRedisS3AndNats() throws Exception {
    var config = parse(WHOLE, WHOLE, WHOLE, WHOLE);

    var identity =
        new TlsSettings.Identity(folder.resolve("it/it.crt"), folder.resolve("it/it.key"));
    var tls =
        new TlsSettings(
            Optional.of(folder.resolve("ca/it.crt")), Optional.of(identity), Optional.empty());
    assertThat(config.etcd().tls()).isEqualTo(tls);
    assertThat(config.redis().tls()).contains(tls);
    assertThat(config.s3().tls()).isEqualTo(tls);
    assertThat(config.nats().tls()).isEqualTo(tls);
  }

  @Test
  void anEmptySectionEncryptsRedisByWhatTheJreTrusts() throws Exception {
    assertThat(parse("{}", "{}", "{}", "{}").redis().tls()).contains(TlsSettings.DEFAULT);
  }

  @Test
  void expectsAnotherNameThanTheAddress() throws Exception {
    var named = "{serverName: redis.example}";

    assertThat(parse("{}", named, "{}", named).redis().tls().orElseThrow().serverName())
        .contains("redis.example");
    assertThat(refused("{}", "{}", named, "{}"))
        .hasMessageContaining("s3.tls: has a serverName; write that name in endpoint");
  }

  @Test
  void namesWhatIsWrongWithAFile() {
    assertFlaw("{ca: none.pem}", "redis.tls.ca: isn't there: " + folder.resolve("none.pem"));
    assertFlaw("{ca: empty}", "redis.tls.ca: holds no certificate in PEM");
    assertFlaw("{ca: old/it.crt}", "redis.tls.ca: expired on 20");
    assertFlaw(
        "{certificate: old/it.crt, key: old/it.key}", "redis.tls.certificate: expired on 20");
    assertFlaw(
        "{certificate: it/it.crt, key: old/it.key}",
        "redis.tls.key: is not the key of the certificate");
    assertFlaw(
        "{certificate: open/it.crt, key: open/it.key}",
        "redis.tls.key: is readable by all users of this machine; chmod 640");
    assertFlaw(
        "{certificate: it/it.crt, key: ec.key}",
        "redis.tls.key: holds a key in another format (EC); write it as PKCS #8: openssl pkcs8");
    assertFlaw("{certificate: it/it.crt, key: empty}", "redis.tls.key: holds no private key");
    assertFlaw("{certificate: it/it.crt}", "redis.tls.certificate: and key are needed together");
    assertFlaw("{cert: it/it.crt}", "redis.tls.cert: and key are needed together");
    assertFlaw("{authority: it/it.crt}", "redis.tls.authority: is unknown");
  }

  @Test
  void noAddressMayContradictIt() {
    var text =
        text(WHOLE, WHOLE, WHOLE, WHOLE).replace("https:", "http:").replace("tls:/", "nats:/");

    assertThat(refused(text))
        .hasMessageContaining("etcd.tls: is for TLS")
        .hasMessageContaining("s3.tls: is for TLS")
        .hasMessageContaining("nats.tls: is for TLS")
        .hasMessageContaining("tls:// for NATS");
  }

  @Test
  void natsHasOneUserAtMost() {
    String nats = "nats: {url: \"nats://a:1\"";
    var text = text("{}", "{}", "{}", "{}").replaceAll("nats: .*", "NATS");

    assertThat(refused(text.replace("NATS", nats + ", username: agent}")))
        .hasMessageContaining("nats.username: and password are needed together");
    assertThat(
            refused(text.replace("NATS", nats + ", credentialsFile: c, username: a, password: b}")))
        .hasMessageContaining("nats.username: isn't the only user");
    assertThat(refused(text.replace("NATS", "nats: {url: \"opentls://a:1\"}")))
        .hasMessageContaining("nats.url: is neither nats:// nor tls://");
  }

  private static void assertFlaw(String tls, String message) {
    assertThat(refused("{}", tls, "{}", "{}")).hasMessageContaining(message);
  }

  private static String text(String etcd, String redis, String s3, String nats) {
    return """
    etcd: {endpoints: ["https://127.0.0.1:2379"], tls: %s}
    redis: {nodes: ["127.0.0.1:7001"], tls: %s}
    s3: {endpoint: "https://127.0.0.1:9", bucket: c, accessKey: k, secretKey: s, tls: %s}
    nats: {url: "tls://127.0.0.1:4222", tls: %s}
    """
        .formatted(etcd, redis, s3, nats);
  }

  private static AgentConfig parse(String etcd, String redis, String s3, String nats)
      throws InvalidConfigException {
    return parse(text(etcd, redis, s3, nats));
  }

  private static AgentConfig parse(String text) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), text, Map.of());
  }

  private static InvalidConfigException refused(String etcd, String redis, String s3, String nats) {
    return refused(text(etcd, redis, s3, nats));
  }

  private static InvalidConfigException refused(String text) {
    return catchThrowableOfType(InvalidConfigException.class, () -> parse(text));
  }
}
