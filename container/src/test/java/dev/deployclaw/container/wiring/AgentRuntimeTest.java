package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentRuntimeTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @TempDir static Path servers;
  @TempDir Path folder;

  private static EtcdServer etcd;
  private static NatsServer nats;
  private static S3Server s3;
  private static RedisNode redis;

  @BeforeAll
  static void start() {
    etcd = EtcdServer.start(servers.resolve("etcd"));
    nats = NatsServer.start(servers.resolve("nats"));
    s3 = S3Server.start(servers.resolve("s3"));
    redis = RedisNode.start(servers.resolve("redis"));
  }

  @AfterAll
  static void stop() {
    redis.close();
    s3.close();
    nats.close();
    etcd.close();
  }

  @Test
  void opensAnswersAndLeavesNoThreadBehind() throws Exception {
    use(config()); // what the libraries start once and keep
    var before = threads();

    use(config());

    BoundedWait.until("the agent's threads end", LONGEST, () -> before.containsAll(threads()));
  }

  @Test
  void opensWhereNoBackEndAnswersAndSaysSo() throws Exception {
    var config = config(Map.of("DEPLOYCLAW_ETCD_ENDPOINTS", "http://127.0.0.1:1"));

    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      assertThat(agent.changeService().queries().status().exit()).isEqualTo(ExitCode.UNREACHABLE);
    }
  }

  /** An operation that no executor performs has no place in the table, nor the other way round. */
  @Test
  void theTableHasJustWhatTheExecutorsPerform() throws Exception {
    var config = config(Map.of("DEPLOYCLAW_ETCD_ENDPOINTS", "http://127.0.0.1:1"));

    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      for (String name : OperationAllowlist.KERNEL.executors()) {
        var executor = agent.ports().executors().named(name).orElseThrow();
        assertThat(executor.verbs()).as(name).isEqualTo(OperationAllowlist.KERNEL.verbs(name));
      }
      assertThat(agent.ports().executors().names())
          .isEqualTo(OperationAllowlist.KERNEL.executors());
    }
  }

  private static void use(AgentConfig config) throws Exception {
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      var status = agent.changeService().queries().status();

      assertThat(status.exit()).isEqualTo(ExitCode.OK);
      assertThat(status.active()).isEmpty();
      assertThat(agent.changeService().queries().scan().looks()).isNotEmpty();
    }
  }

  private AgentConfig config() throws Exception {
    return config(Map.of());
  }

  private AgentConfig config(Map<String, String> environment) throws Exception {
    var file =
        Files.writeString(
            folder.resolve("deployclaw.yaml"),
            """
            etcd: {endpoints: ["%s"], timeout: 3s}
            redis: {nodes: ["%s:%d"]}
            s3: {endpoint: "%s", bucket: %s, accessKey: "%s", secretKey: "%s"}
            nats: {url: "%s"}
            """
                .formatted(
                    etcd.endpoint(),
                    redis.address().host(),
                    redis.address().port(),
                    s3.endpoint(),
                    s3.bucket(),
                    s3.accessKey(),
                    s3.secretKey(),
                    nats.url()));
    return ConfigReader.read(file, environment);
  }

  /**
   * Platform threads by name, numbers apart: pools count theirs on. Those that carry the JDK's
   * virtual threads and poll for them are its own, and begin when one first waits.
   */
  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> !t.getName().startsWith("ForkJoinPool") && !t.getName().endsWith("Poller"))
        .map(t -> t.getName().replaceAll("[0-9]+", "#"))
        .collect(Collectors.toSet());
  }
}
