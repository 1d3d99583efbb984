package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The executor host of an agent that serves a real estate. */
@Slow(
    guard = "dev.deployclaw.container.host.HostSupervisorTest",
    because = "it changes an estate with gateways, and kills the host meanwhile")
class HostWallTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  @RegisterExtension static final SharedLab SHARED = new SharedLab();

  private static LiveEstate estate;

  @BeforeAll
  static void start() {
    estate = SHARED.estate();
  }

  @AfterEach
  void allIsWhole() {
    estate.checker().assertWhole();
  }

  @Test
  void aChangeCrossesTheWallAndTheAgentHoldsNoSecretOfABackEnd() throws Exception {
    try (var agent = ServingAgent.start(estate, Map.of())) {
      String id = agent.submit(estate.change()).text("execution_id");

      assertThat(agent.follow(id).toString()).as(agent::err).contains("\"result\":\"COMPLETED\"");

      long host = host(agent.pid());
      String secret = estate.config().s3().secretKey().value();
      assertThat(ProcessMemory.holds(host, secret)).as("the host signs with it").isTrue();
      assertThat(ProcessMemory.holds(agent.pid(), secret)).as("the agent").isFalse();
      assertThat(Files.readString(proc(agent.pid()).resolve("environ"))).doesNotContain(secret);

      var backends = new TreeSet<Integer>();
      estate.config().redis().nodes().forEach(node -> backends.add(port(node)));
      backends.add(port(estate.config().s3().endpoint()));
      assertThat(TcpConnections.ports(host)).containsAnyElementsOf(backends);
      assertThat(TcpConnections.ports(agent.pid())).doesNotContainAnyElementsOf(backends);

      var log = estate.run("log", id, "--json").json();
      var isolation = log.path("records").path(0).path("facts").path("isolation");
      assertThat(isolation.path("separate").asBoolean()).isTrue();
      assertThat(isolation.path("enforced")).isNotEmpty();
      assertThat(estate.run("log", id).out()).contains("executors in a process of their own");
      var served =
          Map.of("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true", "DEPLOYCLAW_STANDALONE", "");
      var doctor = estate.agent(served).apart().run("doctor").out();
      doctor.lines().filter(line -> line.contains("isolation")).forEach(System.out::println);
      assertThat(doctor).contains("executors have a process of their own; enforced: ");
      assertThat(agent.err()).as("an honest host").doesNotContain("The kernel refused");
    }
  }

  @Test
  void aHostThatIsKilledBeforeItPublishesIsStartedAgainAndTheChangeEndsWhole() throws Exception {
    var stop = Files.createTempDirectory("stop");
    var at =
        Map.of(
            "DEPLOYCLAW_STOP_DIR", stop.toString(), "DEPLOYCLAW_STOP_AT", "before redis.publish#1");
    try (var agent = ServingAgent.start(estate, at)) {
      String id = agent.submit(estate.change()).text("execution_id");
      BoundedWait.until("it has committed", SOON, () -> Files.exists(stop.resolve("reached")));
      long host = host(agent.pid());

      ProcessHandle.of(host).orElseThrow().destroyForcibly();
      Files.createFile(stop.resolve("go"));

      assertThat(agent.follow(id).toString()).contains("\"result\":\"COMPLETED\"");
      assertThat(host(agent.pid())).isNotEqualTo(host);
      assertThat(agent.err()).contains("The executor host is down");
    }
  }

  /** The agent's only child. */
  private static long host(long agent) {
    return ProcessHandle.of(agent).orElseThrow().children().findFirst().orElseThrow().pid();
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static Path proc(long pid) throws IOException {
    return Path.of("/proc", Long.toString(pid)).toRealPath();
  }
}
