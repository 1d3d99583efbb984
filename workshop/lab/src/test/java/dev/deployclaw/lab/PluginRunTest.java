package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.check.EstateChecker;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The example in Python takes part in changes of a real estate, its vote included. */
@Slow(
    guard = "dev.deployclaw.container.plugin.AdmittedPluginsTest",
    because = "it carries out changes on a real estate")
class PluginRunTest extends SharedLabCases {
  private static EstateChecker checker;
  private static LimitsFileScene limits;

  @BeforeAll
  static void start() throws Exception {
    checker = estate.checker();
    limits = LimitsFileScene.beside(estate.lab().config(), folder);
  }

  @AfterAll
  static void stop() {
    limits.close();
  }

  @AfterEach
  void allIsWhole() {
    checker.assertWhole();
  }

  @Test
  void takesPartInAChange() {
    var ran = run("run", estate.change(), "--json");

    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(ran.out()).contains("1/1 limits-file", checker.digest());
    assertServesTheCommittedEpoch();
  }

  @Test
  void itsNoLeavesEverythingOld() throws Exception {
    assertThat(run("run", estate.change()).exit()).isZero();
    String before = checker.digest();
    String served = limits.served();
    Files.setPosixFilePermissions(limits.file(), PosixFilePermissions.fromString("r--r--r--"));

    var ran = run("run", estate.change(), "--json");
    Files.setPosixFilePermissions(limits.file(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(11);
    assertThat(ran.err()).contains("limits-file/shop", "write-protected");
    assertThat(checker.digest()).isEqualTo(before);
    assertThat(limits.served()).isEqualTo(served);
  }

  @Test
  void isRolledBackWithAllOthers() {
    assertThat(run("run", estate.change()).exit()).isZero();
    String before = checker.digest();
    assertThat(run("run", estate.change()).exit()).isZero();
    assertThat(checker.digest()).isNotEqualTo(before);

    var back = run("rollback", "last", "--json");

    assertThat(back.exit()).as(back.out() + back.err()).isZero();
    assertThat(checker.digest()).isEqualTo(before);
    assertServesTheCommittedEpoch();
  }

  @Test
  void endsAllNewAfterItWasKilledInThePublish() {
    var ran =
        scene.quicklyWith(
            limits.environment(),
            "before limits-file.publish#1",
            limits::killsInTheNextCall,
            "run",
            estate.change());

    assertThat(ran.exit()).as(ran.out() + ran.err()).isIn(0, 7);
    assertThat(ran.out()).as("it was killed").contains("limits-file");
    var recovered = run("recover");
    assertThat(recovered.exit()).as(recovered.out() + recovered.err()).isZero();
    String id = ran.json().path("execution_id").asText();
    assertThat(run("log", id, "--json").json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(limits.kills()).isOne();
    assertServesTheCommittedEpoch();
  }

  private static void assertServesTheCommittedEpoch() {
    assertThat(limits.served())
        .contains("\"digest\": \"" + checker.digest() + "\"")
        .contains("\"epoch\": " + checker.epoch() + ",");
  }

  private static LabAgent.Ran run(String... args) {
    return estate.agent(Map.copyOf(limits.environment())).run(args);
  }
}
