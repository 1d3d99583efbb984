package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.CommandRunner.CommandResult;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent that {@code lab up} and {@code demo --keep} leave serving; each command is a process of
 * its own.
 */
@Slow(
    guard = "dev.deployclaw.container.remote.RemoteCommandListenerTest",
    because = "it starts three labs, and an agent four times")
class LeftAgentTest {
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final String ALONE = "this command runs in its own process";

  @TempDir Path home;

  @AfterEach
  void end() {
    lab().down();
  }

  @Test
  void servesCommandsAndHttpUntilTheLabIsDown() throws Exception {
    assertThat(run("lab", "up", "--gateways=1", "--no-agent").exit()).isZero();
    assertThat(lab().config()).content().doesNotContain("serve:");
    assertThat(run("status").err()).contains("no agent serves here; " + ALONE);
    assertThat(onTerminal("status").out()).contains("no agent serves here; " + ALONE);

    var up = run("lab", "up", "--gateways=1", "--json");

    assertThat(up.exit()).as(up.err()).isZero();
    var address = new ObjectMapper().readTree(up.out()).path("agent").asText();
    // One probe may wait in vain for a busy machine.
    BoundedWait.until(
        "the agent is alive", LONGEST, () -> ServerReadiness.answers(address + "/healthz"));
    assertThat(policies(address, "olivia")).isEqualTo(200);
    assertThat(policies(address, "ann")).isEqualTo(200);
    assertOwnersAlone();
    assertThat(run("lab", "status").out()).containsPattern("agent +runs");
    assertServed();

    killedAndHealed();

    var daemons = lab().daemons();
    var down = run("lab", "down");
    assertThat(down.exit()).as(down.err()).isZero();
    assertThat(daemons).noneMatch(DaemonProcess::alive);
    assertThat(socket()).doesNotExist();
    assertThat(lab().folder()).doesNotExist();
  }

  @Test
  void theDemoKeepsOneServingAndAPluginIsTestedByItsClient() throws Exception {
    var demo = run("demo", "--keep", "--gateways=1", "--no-kubernetes", "--no-docker", "--json");

    assertThat(demo.exit()).as(demo.err()).isZero();
    assertThat(new ObjectMapper().readTree(demo.out()).path("result").asText())
        .isEqualTo("COMPLETED");
    assertServed();

    var program = home.resolve("plugin.sh");
    Files.writeString(program, "#!/bin/sh\necho $PPID >%s/parent\n".formatted(home));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    var client =
        CommandRunner.of(command("plugin", "test", program.toString()))
            .in(home)
            .start(home.resolve("out"), home.resolve("err"));
    assertThat(client.waitFor()).isOne();
    assertThat(home.resolve("parent")).hasContent(Long.toString(client.pid()));
    assertThat(home.resolve("err")).content().doesNotContain(ALONE);

    assertThat(run("lab", "down").exit()).isZero();
    assertThat(socket()).doesNotExist();
  }

  private void killedAndHealed() throws JsonProcessingException {
    assertThat(run("lab", "break", "kill", "agent").exit()).isZero();
    var alone = run("status", "--json");
    assertThat(alone.exit()).as(alone.err()).isZero();
    assertThat(alone.err()).contains("no agent serves at " + socket() + " any more; " + ALONE);
    assertThat(new ObjectMapper().readTree(alone.out()).isObject()).isTrue();

    var healed = run("lab", "heal");
    assertThat(healed.exit()).as(healed.err()).isZero();
    assertThat(healed.out()).contains("restarted agent");
    // Its HTTP port is there a little before its socket.
    BoundedWait.until("it serves again", LONGEST, () -> !run("status").err().contains(ALONE));
    assertServed();
  }

  private void assertServed() {
    for (var command :
        List.of(List.of("status"), List.of("plan", "set acme search to 600 per minute"))) {
      var ran = run(command.toArray(String[]::new));
      assertThat(ran.exit()).as(ran.err()).isZero();
      assertThat(ran.err()).doesNotContain(ALONE);
    }
  }

  private void assertOwnersAlone() throws IOException {
    for (var file : List.of("tokens.yaml", "olivia.token", "ann.token")) {
      var rights = Files.getPosixFilePermissions(agent().resolve(file));
      assertThat(PosixFilePermissions.toString(rights)).as(file).isEqualTo("rw-------");
    }
  }

  private int policies(String address, String caller) throws IOException {
    var connection =
        (HttpURLConnection) URI.create(address + "/v1/policies").toURL().openConnection();
    var token = Files.readString(agent().resolve(caller + ".token"));
    connection.setRequestProperty("Authorization", "Bearer " + token);
    return connection.getResponseCode();
  }

  private CommandResult run(String... words) {
    return CommandRunner.of(command(words))
        .in(home)
        .with(Map.of("DEPLOYCLAW_LOG", "info"))
        .within(LONGEST)
        .run();
  }

  private CommandResult onTerminal(String... words) {
    var line = String.join(" ", command(words));
    return CommandRunner.of(List.of("script", "-qefc", line, "/dev/null"))
        .in(home)
        .within(LONGEST)
        .run();
  }

  private List<String> command(String... words) {
    var options = new ArrayList<>(JavaProgram.QUICK);
    options.add("-Ddeployclaw.home=" + home);
    return JavaProgram.of("dev.deployclaw.container.Main", options).command(List.of(words));
  }

  private LabEstate lab() {
    return LabEstate.in(home.resolve(".deployclaw/lab"));
  }

  private Path agent() {
    return lab().folder().resolve("agent");
  }

  private Path socket() {
    return home.resolve(".deployclaw/state/agent.sock");
  }
}
