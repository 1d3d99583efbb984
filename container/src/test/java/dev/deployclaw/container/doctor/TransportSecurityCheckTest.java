package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransportSecurityCheckTest {
  private static final String OPEN =
      """
      etcd: {endpoints: ["http://10.0.0.5:2379"]}
      redis: {nodes: ["10.0.1.1:6379", "[2001:db8::1]:6379"]}
      s3: {endpoint: "http://10.0.0.7:9000", bucket: c, accessKey: key, secretKey: secret}
      nats: {url: "nats://10.0.0.6:4222", monitors: ["http://10.0.0.8:8222"]}
      configurationStores:
        - {name: limits, endpoints: ["http://10.0.0.9:2379"], prefix: /l/, username: u, password: p}
      rateLimitServices: [{namespace: edge, url: "http://10.0.2.1:8089"}]
      docker: {host: "tcp://10.0.4.1:2375"}
      model: {provider: ollama, name: m, url: "http://10.0.5.1:11434"}
      telemetry: {endpoint: "http://10.0.6.1:4318"}
      notify:
        - {name: hook, url: "HTTP://10.0.7.1/secret-path-0123456789", secret: s0123456789abcdef}
      """;

  @TempDir Path folder;

  @Test
  void namesEachBackEndThatIsOpenToItsNetworkWithARemedy() throws Exception {
    var warnings = TransportSecurityCheck.examine(read(OPEN));

    assertThat(warnings)
        .allSatisfy(d -> assertThat(d.level()).isEqualTo(Level.WARNING))
        .allSatisfy(d -> assertThat(d.remedy()).isNotEmpty())
        .extracting(Diagnosis::found)
        .extracting(found -> found.replaceFirst(":? (anyone|any client).*", ""))
        .containsExactlyInAnyOrder(
            "etcd.endpoints http://10.0.0.5:2379 is reached in plain text",
            "etcd.endpoints http://10.0.0.5:2379 is reached without a user",
            "redis.nodes 10.0.1.1:6379, [2001:db8::1]:6379 is reached in plain text",
            "redis.nodes 10.0.1.1:6379, [2001:db8::1]:6379 is reached without a user",
            "s3.endpoint http://10.0.0.7:9000 is reached in plain text",
            "nats.url nats://10.0.0.6:4222 is reached in plain text",
            "nats.url nats://10.0.0.6:4222 is reached without a user",
            "nats.monitors http://10.0.0.8:8222 is reached in plain text",
            "configurationStores limits.endpoints http://10.0.0.9:2379 is reached in plain text",
            "rateLimitServices http://10.0.2.1:8089 is reached in plain text",
            "docker.host tcp://10.0.4.1:2375 is reached in plain text",
            "model.url http://10.0.5.1:11434 is reached in plain text",
            "telemetry.endpoint http://10.0.6.1:4318 is reached in plain text",
            "notify hook (10.0.7.1) is reached in plain text");
    assertThat(warnings.toString()).doesNotContain("secret-path");
  }

  @Test
  void hasNothingToSayOfLoopback() throws Exception {
    var near = OPEN.replaceAll("10\\.0\\.\\d\\.\\d", "127.0.0.1").replace("2001:db8::1", "::1");

    assertThat(TransportSecurityCheck.warnings(read(near))).isEmpty();
    assertThat(TransportSecurityCheck.examine(read(near)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.OK);
  }

  @Test
  void hasNothingToSayOfWhatIsEncryptedAndAsksForAUser() throws Exception {
    TestCertificate.make(folder, "CN=agent");
    Files.writeString(folder.resolve("n.creds"), "credentials");
    var closed =
        """
        etcd: {endpoints: ["https://10.0.0.5:2379"], tls: {certificate: it.crt, key: it.key}}
        redis: {nodes: ["10.0.1.1:6379"], password: p0123456789, tls: {ca: it.crt}}
        s3: {endpoint: "https://10.0.0.7:9000", bucket: c, accessKey: key, secretKey: secret}
        nats: {url: "tls://10.0.0.6:4222", credentialsFile: n.creds}
        """;

    assertThat(TransportSecurityCheck.warnings(read(closed))).isEmpty();
    assertThat(TransportSecurityCheck.warnings(read(closed.replace("tls://10", "tls://u:p@10"))))
        .isEmpty();
  }

  @Test
  void saysNoPasswordOfAnAddress() throws Exception {
    var text = OPEN.replace("nats://10", "nats://agent:passw0rd1@10");

    assertThat(TransportSecurityCheck.warnings(read(text)))
        .extracting(Diagnosis::found)
        .contains(
            "nats.url nats://10.0.0.6:4222 is reached in plain text: anyone on the "
                + "network path can read and change the traffic")
        .noneMatch(found -> found.contains("passw0rd1"));
  }

  private AgentConfig read(String text) throws Exception {
    var file = Files.writeString(folder.resolve("deployclaw.yaml"), text);
    return ConfigReader.read(file, Map.of());
  }
}
