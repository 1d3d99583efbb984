package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.config.reader.BearerTokenFile.Token;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code serve}, and the tokens file that it names. */
class ServerConfigReaderTest {
  private static final String LEAST =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  private static final String HASH = "a".repeat(64);

  @TempDir Path folder;

  @Test
  void fillsDefaultsAndNeedsNoSectionWhereNothingIsServed() throws Exception {
    var serve = parse("").serve();

    assertThat(serve.host()).isEqualTo("127.0.0.1");
    assertThat(serve.port()).isEqualTo(8088);
    assertThat(serve.plaintext()).isFalse();
    assertThat(serve.openMetrics()).isFalse();
    assertThat(serve.console()).isTrue();
    assertThat(serve.tokensFile()).isEmpty();
    assertThat(serve.tls()).isEmpty();
    assertThat(serve.hasCredentials()).isFalse();
    assertThat(serve.nats()).isEmpty();
    assertThat(serve.bounds())
        .isEqualTo(
            new ServerConfig.Bounds(
                16,
                65_536,
                600,
                32,
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofSeconds(25),
                1_000,
                new ServerConfig.Shares(8, 120, 512, 128)));
  }

  @Test
  void readsEveryKey() throws Exception {
    var serve =
        parse(
                """
                serve:
                  listen: "[::]:9443"
                  plaintext: true
                  tokensFile: secrets/tokens.yaml
                  openMetrics: true
                  console: false
                  tls:
                    certificateFile: tls.crt
                    keyFile: tls.key
                    clientCaFile: ca.crt
                    clientCrlFile: ca.crl
                    clients:
                      - {subject: "CN=console,O=Example", name: console, roles: [operator, approver]}
                  queue: 3
                  bodyBytes: 2048
                  requestsPerMinute: 30
                  streams: 4
                  heartbeat: 5s
                  look: 6s
                  leaderWait: 7s
                  stopWithin: 8s
                  keepLogs: 9
                  streamsPerCaller: 3
                  strangerRequestsPerMinute: 10
                  connections: 200
                  connectionsPerAddress: 20
                """)
            .serve();

    assertThat(serve.host()).isEqualTo("::");
    assertThat(serve.console()).isFalse();
    assertThat(serve.port()).isEqualTo(9443);
    assertThat(serve.plaintext()).isTrue();
    assertThat(serve.openMetrics()).isTrue();
    assertThat(serve.tokensFile()).contains(folder.resolve("secrets/tokens.yaml"));
    var tls = serve.tls().orElseThrow();
    assertThat(tls.certificateFile()).isEqualTo(folder.resolve("tls.crt"));
    assertThat(tls.keyFile()).isEqualTo(folder.resolve("tls.key"));
    assertThat(tls.clientCaFile()).contains(folder.resolve("ca.crt"));
    assertThat(tls.clientCrlFile()).contains(folder.resolve("ca.crl"));
    assertThat(tls.clients())
        .containsExactly(
            new ServerConfig.Client("CN=console,O=Example", "console", Set.of(ApiRole.values())));
    assertThat(serve.bounds())
        .isEqualTo(
            new ServerConfig.Bounds(
                3,
                2048,
                30,
                4,
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofSeconds(8),
                9,
                new ServerConfig.Shares(3, 10, 200, 20)));
  }

  @Test
  void takesTasksFromNatsWhereAQueueIsNamed() throws Exception {
    var served = "serve: {tokensFile: t.yaml, nats: %s}";
    assertThat(parse(served.formatted("{}")).serve().nats())
        .contains(new NatsQueue("DEPLOYCLAW_TASKS", "deployclaw.tasks", "deployclaw.dead.tasks"));
    assertThat(
            parse(served.formatted("{stream: T, subject: ours.tasks, deadLetters: ours.dead}"))
                .serve()
                .nats())
        .contains(new NatsQueue("T", "ours.tasks", "ours.dead"));
    assertThat(refused(served.formatted("{stream: \"a.b\"}"))).hasMessageContaining("letters");
    assertThat(refused(served.formatted("{subject: \"tasks.*\"}")))
        .hasMessageContaining("isn't a subject for tasks");
    assertThat(refused(served.formatted("{deadLetters: deployclaw.audit.x}")))
        .hasMessageContaining("isn't a subject for tasks");
    assertThat(refused(served.formatted("{deadLetters: deployclaw.tasks.dead}")))
        .hasMessageContaining("lies below subject");
    assertThat(refused(served.formatted("{strem: T}"))).hasMessageContaining("strem");
  }

  @Test
  void leavesConnectionsBesideStreams() throws Exception {
    var shares = parse("serve: {tokensFile: t.yaml, streams: 2000}").serve().bounds().shares();

    assertThat(shares).isEqualTo(new ServerConfig.Shares(500, 120, 4000, 1000));
    assertThat(refused("serve: {tokensFile: t.yaml, streams: 20, connections: 20}"))
        .hasMessageContaining("20 connections leave none besides 20 streams")
        .hasMessageContaining("allow more connections, or fewer streams");
  }

  @Test
  void letsTheEnvironmentWin() throws Exception {
    var serve =
        ConfigReader.parse(
                folder.resolve("deployclaw.yaml"),
                LEAST,
                Map.of(
                    "DEPLOYCLAW_SERVE_TOKENS_FILE", "t.yaml",
                    "DEPLOYCLAW_SERVE_LISTEN", "localhost:0"))
            .serve();

    assertThat(serve.hasCredentials()).isTrue();
    assertThat(serve.port()).isZero();
  }

  @Test
  void refusesAnotherAddressThanLoopbackInPlaintext() throws Exception {
    for (var host : List.of("0.0.0.0", "10.0.0.5", "[::]", "gateway.example")) {
      var invalid = refused("serve: {listen: \"" + host + ":80\", tokensFile: t}");

      assertThat(invalid).hasMessageContaining("isn't a loopback address");
      assertThat(invalid)
          .hasMessageContaining("tls.certificateFile")
          .hasMessageContaining("plaintext: true");
    }
    for (var host : List.of("127.0.0.1", "127.1.2.3", "localhost", "[::1]")) {
      parse("serve: {listen: \"" + host + ":80\", tokensFile: t}");
    }
    parse("serve: {listen: \"0.0.0.0:80\", plaintext: true, tokensFile: t}");
    parse("serve: {listen: \"0.0.0.0:80\", tls: {certificateFile: c, keyFile: k}, tokensFile: t}");
  }

  @Test
  void refusesASectionByWhichNobodyCouldCall() {
    assertThat(refused("serve: {queue: 4}")).hasMessageContaining("no client could authenticate");
  }

  @Test
  void reportsAllProblemsAtOnce() {
    var invalid =
        refused(
            """
            serve:
              listen: here
              tokenFile: t
              queue: 0
              heartbeat: soon
              look: 1ms
              tls:
                certificateFile: c
                clients: [{subject: "no name", name: "a b", roles: [king]}]
            """);

    assertThat(invalid.problems())
        .extracting(ConfigProblem::path)
        .contains(
            "serve.listen",
            "serve.tokenFile",
            "serve.queue",
            "serve.heartbeat",
            "serve.look",
            "serve.tls",
            "serve.tls.keyFile",
            "serve.tls.clients[0]",
            "serve.tls.clients[0].name",
            "serve.tls.clients[0].roles");
    assertThat(invalid).hasMessageContaining("did you mean tokensFile?");
    assertThat(invalid).hasMessageContaining("needs both clientCaFile and clients");
  }

  @Test
  void readsTokens() throws Exception {
    var file = tokens("tokens: [{name: ann@example, sha256: " + HASH + ", roles: [approver]}]");

    var tokens = BearerTokenFile.read(file);

    assertThat(tokens)
        .containsExactly(
            new Token(
                "ann@example", HASH, Set.of(ApiRole.VIEWER, ApiRole.APPROVER), Optional.empty()));
    assertThat(tokens.toString()).doesNotContain(HASH).contains("***");
  }

  @Test
  void reportsAllProblemsOfTokensAtOnce() throws Exception {
    var file =
        tokens(
            """
            tokens:
              - {name: ann, sha256: 1234, roles: [approver]}
              - {name: "", sha256: %s, roles: []}
              - {name: bob, sha256: %s, roles: [owner], token: secret}
            """
                .formatted(HASH, HASH));

    var invalid =
        catchThrowableOfType(InvalidConfigException.class, () -> BearerTokenFile.read(file));

    assertThat(invalid.problems())
        .extracting(ConfigProblem::path)
        .containsExactlyInAnyOrder(
            "tokens[0].sha256",
            "tokens[1].name",
            "tokens[1].roles",
            "tokens[2].sha256",
            "tokens[2].roles",
            "tokens[2].token");
    assertThat(invalid).hasMessageContaining("sha256sum").hasMessageNotContaining("secret");
  }

  @Test
  void saysThatTheTokensFileIsEmptyOrAway() throws Exception {
    assertThat(
            catchThrowableOfType(
                InvalidConfigException.class, () -> BearerTokenFile.read(tokens("tokens: []"))))
        .hasMessageContaining("needs at least one entry");
    assertThat(
            catchThrowableOfType(
                InvalidConfigException.class,
                () -> BearerTokenFile.read(folder.resolve("nothing"))))
        .hasMessageContaining("can't be read");
  }

  private Path tokens(String text) throws Exception {
    return Files.writeString(folder.resolve("tokens.yaml"), text);
  }

  private AgentConfig parse(String more) throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), LEAST + more, Map.of());
  }

  private InvalidConfigException refused(String more) {
    return catchThrowableOfType(InvalidConfigException.class, () -> parse(more));
  }
}
