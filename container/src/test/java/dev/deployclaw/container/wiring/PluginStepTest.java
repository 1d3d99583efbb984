package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.doctor.DoctorFactory;
import dev.deployclaw.container.skill.PluginJars;
import dev.deployclaw.container.skill.SkillPinService;
import dev.deployclaw.container.skill.SkillSheets;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
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
  private static FakeHttpServer page;

  @BeforeAll
  static void start() throws Exception {
    etcd = EtcdServer.start(servers.resolve("etcd"));
    nats = NatsServer.start(servers.resolve("nats"));
    s3 = S3Server.start(servers.resolve("s3"));
    redis = RedisNode.start(servers.resolve("redis"));
    page = FakeHttpServer.start(_ -> FakeHttpServer.Answer.of(200, "3 open, disk 41"));
  }

  @AfterAll
  static void stop() {
    page.close();
    redis.close();
    s3.close();
    nats.close();
    etcd.close();
  }

  @Test
  void aPluginsOperationIsCarriedOutAndLogged() throws Exception {
    int before = page.requests().size();
    skill("statuspage.incidents");
    try (var agent = AgentRuntime.open(config("statuspage.incidents"), ProgressListener.NONE)) {
      var ended =
          agent
              .changeService()
              .run(new TaskRequest("dry run: acme 30 rps on search", "someone", Instant.now()));

      assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.NO_CHANGE);
      assertThat(page.requests().size()).as("the page was really asked").isEqualTo(before + 1);
      assertThat(agent.document(ended.execution()).text())
          .contains("Asking for incidents", "statuspage.incidents")
          .contains("statuspage/checkout")
          .contains("3 open, disk 41");
    }
  }

  @Test
  void theDoctorListsWhatIsAdmitted() throws Exception {
    skill("statuspage.incidents");
    var config = config("statuspage.incidents");
    try (var agent = AgentRuntime.open(config, ProgressListener.NONE)) {
      assertThat(DoctorFactory.of(config, agent).examine())
          .filteredOn(d -> d.about().equals("plugins"))
          .singleElement()
          .satisfies(d ->
              assertThat(d.found())
                  .contains(
                      "status-page.jar, SHA-256 "
                          + config.plugins().getFirst().sha256().substring(0, 12))
                  .contains("statuspage.incidents (skills may use it)"));
    }
  }

  @Test
  void aSkillThatAsksWhatIsNotAdmittedStopsTheStart() throws Exception {
    skill("statuspage.silence");

    assertThat(refusal("statuspage.incidents"))
        .contains("step notices: statuspage.silence: no executor here performs it");
  }

  @Test
  void aSkillThatAsksWhatDoesMoreThanObserveStopsTheStart() throws Exception {
    skill("statuspage.silence");

    assertThat(refusal("statuspage.silence"))
        .contains("skill watchful, step notices: statuspage.silence is of class stage");
  }

  @Test
  void aSkillThatAsksWhatNobodyPerformsStopsTheStart() throws Exception {
    skill("weather.today");

    assertThat(refusal("statuspage.incidents"))
        .contains("step notices: weather.today: no executor here performs it")
        .contains("admit the plugin");
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
        description: Sets limits, and looks at the status page before.
        metadata:
          deployclaw.serves: set-limit
        allowed-tools: >-
          %1$s policies.read policies.check checkpoint.create change.stage change.prepare
          change.gate change.commit change.publish change.converge change.validate
        ---
        ```deployclaw-steps
        - id: notices
          action: Asking for incidents
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
    assertThat(SkillPinService.pin(skills)).isInstanceOf(SkillPinService.Outcome.Pinned.class);
  }

  private AgentConfig config(String admitted) throws Exception {
    String url = page.url() + "/";
    var jar = PluginJars.pack(folder, PluginJars.STATUS_PAGE.replace("URL", url));
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
              - jar: status-page.jar
                sha256: %s
                operations: {%s: observe}
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
                    PluginJars.hash(jar),
                    admitted));
    return ConfigReader.read(file, Map.of());
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
