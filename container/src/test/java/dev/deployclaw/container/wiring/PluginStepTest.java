package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.doctor.Diagnosis;
import dev.deployclaw.container.doctor.DoctorFactory;
import dev.deployclaw.container.host.HostState;
import dev.deployclaw.container.plugin.ExamplePlugin;
import dev.deployclaw.container.skill.ConfiguredOperatorPolicy;
import dev.deployclaw.container.skill.SkillPinService;
import dev.deployclaw.container.skill.SkillSheets;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step of a skill that asks a plugin's operation, from the jar to the execution log. */
class PluginStepTest {
  @TempDir static Path servers;
  @TempDir Path folder;

  private static EtcdServer etcd;
  private static NatsServer nats;
  private static S3Server s3;
  private static RedisNode redis;
  private static ExamplePlugin example;

  @BeforeAll
  static void start() throws Exception {
    etcd = EtcdServer.start(servers.resolve("etcd"));
    nats = NatsServer.start(servers.resolve("nats"));
    s3 = S3Server.start(servers.resolve("s3"));
    redis = RedisNode.start(servers.resolve("redis"));
    example = ExamplePlugin.in(Files.createDirectory(servers.resolve("plugin")));
  }

  @AfterAll
  static void stop() {
    example.close();
    redis.close();
    s3.close();
    nats.close();
    etcd.close();
  }

  @Test
  void aPluginsOperationIsCarriedOutAndLogged() throws Exception {
    int before = example.web().requests().size();
    skill("limits-file.served");
    try (var agent = AgentRuntime.open(config("served"), ProgressListener.NONE)) {
      var ended =
          agent
              .changeService()
              .run(new TaskRequest("dry run: acme 30 rps on search", "someone", Instant.now()));

      assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.NO_CHANGE);
      assertThat(example.web().requests().size()).as("really asked").isEqualTo(before + 1);
      assertThat(agent.document(ended.execution()).text())
          .contains("Asking the file's server", "limits-file.served")
          .contains("limits-file/shop")
          .contains("\"bytes\": 0");
    }
  }

  @Test
  void theDoctorListsWhatIsAdmitted() throws Exception {
    skill("limits-file.served");
    var config = config("served");
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      assertThat(DoctorFactory.of(config, agent).examine())
          .filteredOn(d -> d.about().equals("plugins"))
          .first()
          .satisfies(d ->
              assertThat(d.found())
                  .contains("limits-file: limits_file.py, SHA-256 ")
                  .contains(ExamplePlugin.hash(example.program()).substring(0, 12))
                  .contains("served (observe)"));
    }
  }

  @Test
  void theDoctorWarnsOfOneThatEndedAndWasStartedAgain() throws Exception {
    skill("limits-file.served");
    var config = config("served");
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      ProcessHandle.current()
          .descendants()
          .filter(p -> p.info().commandLine().orElse("").contains(example.limits().toString()))
          .forEach(ProcessHandle::destroyForcibly);
      BoundedWait.until(
          "it runs again",
          Duration.ofSeconds(30),
          () ->
              agent.plugins().starts() > 1
                  && agent.plugins().states().get("limits-file") instanceof HostState.Up);

      assertThat(DoctorFactory.of(config, agent).examine())
          .filteredOn(d -> d.about().equals("plugins"))
          .extracting(Diagnosis::found)
          .last()
          .asString()
          .contains("limits-file was started again at", "exit code 137");
    }
  }

  @Test
  void aSkillThatAsksWhatIsNotAdmittedStopsTheStart() throws Exception {
    skill("limits-file.weather");

    assertThat(refusal("served"))
        .contains("step notices: limits-file.weather: no executor here performs it");
  }

  @Test
  void aSkillThatActsByAPluginStopsTheStart() throws Exception {
    skill("limits-file.publish");

    assertThat(refusal("served")).contains("step notices: limits-file.publish: no executor here");
  }

  @Test
  void aSkillThatAsksWhatNobodyPerformsStopsTheStart() throws Exception {
    skill("weather.today");

    assertThat(refusal("served"))
        .contains("step notices: weather.today: no executor here performs it")
        .contains("admit the plugin");
  }

  @Test
  void aStartThatFailsLeavesNoPluginBehind() throws Exception {
    var config = config("served");
    Files.writeString(
        Files.createDirectories(config.stateDir()).resolve("audit-key.pem"), "no key");
    var before = ProcessHandle.current().descendants().map(ProcessHandle::pid).toList();

    assertThatThrownBy(() -> AgentRuntime.open(config, ProgressListener.NONE))
        .isInstanceOf(SetupException.class)
        .hasMessageContaining("audit-key.pem");

    assertThat(ProcessHandle.current().descendants().map(ProcessHandle::pid))
        .as("no process more than before")
        .isSubsetOf(before);
  }

  private String refusal(String admitted) throws Exception {
    var config = config(admitted);
    return String.valueOf(
        catchThrowableOfType(
                SetupException.class, () -> AgentRuntime.open(config, ProgressListener.NONE))
            .getMessage());
  }

  /** The driving skill of a change, with one step more. */
  private void skill(String operation) throws Exception {
    var skills = Files.createDirectories(folder.resolve("skills"));
    SkillSheets.write(
        skills,
        "watchful",
        """
        ---
        name: watchful
        description: Sets limits, and looks at the limits file before.
        metadata:
          deployclaw.serves: set-limit
        allowed-tools: >-
          %1$s policies.read policies.check checkpoint.create change.stage change.prepare
          change.gate change.commit change.publish change.converge change.validate
        ---
        ```deployclaw-steps
        - id: notices
          action: Asking the file's server
          operations: [%1$s]
        - id: policies
          action: Reading policies
          operations: [policies.read, policies.check]
        - id: checkpoint
          action: Making the way back
          operations: [checkpoint.create]
          checkpoint: true
        - id: apply
          action: Applying
          operations: [change.stage, change.prepare, change.gate, change.commit, change.publish, change.converge]
          onFailure: rollback
        - id: validate
          action: Validating
          operations: [change.validate]
          onFailure: rollback
        ```
        """
            .formatted(operation));
    assertThat(SkillPinService.pin(skills, ConfiguredOperatorPolicy.KERNEL))
        .isInstanceOf(SkillPinService.Outcome.Pinned.class);
  }

  private AgentConfig config(String admitted) throws Exception {
    policy();
    var file =
        Files.writeString(
            folder.resolve("deployclaw.yaml"),
            """
            skillsDir: skills
            etcd: {endpoints: ["%s"], prefix: "/%s/", timeout: 30s}
            redis: {nodes: ["%s:%d"]}
            s3: {endpoint: "%s", bucket: %s, accessKey: "%s", secretKey: "%s"}
            nats: {url: "%s"}
            rateLimitServices:
              - {namespace: shop, url: "http://127.0.0.1:1"}
            gateways:
              - name: gw-01
                namespace: shop
                folder: gw-01
                pidFile: gw-01/nginx.pid
                accessLog: gw-01/access.log
                listen: 127.0.0.1:2
                url: http://127.0.0.1:2
                service: 127.0.0.1:1
                identity: {host: shop.test}
                routes: [{prefix: /search, service: search}]
                upstreams: {search: "127.0.0.1:3"}
            policySources:
              - {folder: policies, namespace: shop, tenants: [acme]}
            plugins:
              - name: limits-file
                program: %s
                sha256: %s
                files: {%s}
                arguments: [%s]
                operations: {%s: observe}
                rights:
                  read: [/usr/lib]
                  write: [%s]
                  execute: [/usr/bin/python3]
                  connect: [%d]
            """
                .formatted(
                    etcd.endpoint(),
                    folder.getFileName(),
                    redis.address().host(),
                    redis.address().port(),
                    s3.endpoint(),
                    s3.bucket(),
                    s3.accessKey(),
                    s3.secretKey(),
                    nats.url(),
                    example.program(),
                    ExamplePlugin.hash(example.program()),
                    files(),
                    String.join(", ", example.arguments()),
                    admitted,
                    example.limits(),
                    example.web().port()));
    return ConfigReader.read(file, Map.of());
  }

  private static String files() {
    return example.files().entrySet().stream()
        .map(file -> file.getKey() + ": " + file.getValue())
        .collect(Collectors.joining(", "));
  }

  private void policy() throws Exception {
    Files.writeString(
        Files.createDirectories(folder.resolve("policies")).resolve("acme.yaml"),
        """
        apiVersion: deployclaw.dev/v1
        kind: RateLimitPolicy
        metadata: {tenant: acme}
        spec:
          limits:
            - {name: search, match: {service: search}, requests: 20, window: 1s}
        """);
  }
}
