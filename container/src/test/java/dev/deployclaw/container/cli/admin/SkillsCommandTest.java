package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.skill.SkillSheets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillsCommandTest {
  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void screen() {
    screen = new CommandLineFixture(folder);
  }

  @Test
  void listsThePackagedSkills() {
    int exit = screen.run("skills", "list");

    assertThat(exit).isZero();
    assertThat(screen.out())
        .containsPattern("orchestrate-rate-limits +built-in +pinned +apply-policies")
        .containsPattern("system-architect +built-in +pinned");

    screen.run("skills", "list", "--json");
    assertThat(screen.json().at("/skills/0/name").asText()).isEqualTo("onboard-rate-limits");
    assertThat(screen.json().at("/skills/0/serves/0").asText()).isEqualTo("copy-policy");
  }

  @Test
  void findsThePackagedSkillsValid() {
    int exit = screen.run("skills", "validate", "--json");

    assertThat(exit).as(screen.out()).isZero();
    assertThat(screen.json().get("valid").asBoolean()).isTrue();
  }

  @Test
  void namesEveryProblemOfAnInvalidSkill() {
    SkillSheets.write(folder, "mine/my-scan", "---\nname: Other\ncolour: red\n---\n# Body\n");

    int exit = screen.run("skills", "validate", "mine");

    assertThat(exit).isEqualTo(8);
    assertThat(screen.out())
        .contains("SKILL.md:2", "SKILL.md:3", "colour", "description")
        .endsWith("not valid\n");
  }

  @Test
  void saysWhatASkillDeclaresAndWhatItIsGrantedAndWhy() {
    String declares =
        "allowed-tools: redis.topology redis.publish Bash(git log) statuspage.incidents"
            + " policies.read";
    SkillSheets.declaring(folder.resolve("mine"), "my-scan", declares);

    assertThat(screen.run("skills", "validate", "mine")).as(screen.out()).isZero();
    assertThat(screen.out())
        .contains("my-scan declared 5, granted 2: Bash(git log): no executor here performs it")
        .contains("redis.publish: it isn't a read operation, and only the kernel acts")
        .endsWith("valid\n");

    screen.run("skills", "validate", "mine", "--json");
    assertThat(screen.json().at("/skills/0/allowance/granted"))
        .extracting(n -> n.asText())
        .containsExactly("redis.topology", "policies.read");
    assertThat(screen.json().at("/skills/0/allowance/refused/statuspage.incidents").asText())
        .isEqualTo("no executor here performs it");
  }

  @Test
  void namesAFolderThatIsNotThere() {
    int exit = screen.run("skills", "validate", "nowhere", "--json");

    assertThat(exit).isEqualTo(8);
    assertThat(screen.json().at("/problems/0/message").asText()).contains("doesn't exist");
  }

  @Test
  void pinsWhatWasReadAndSaysWhatChanged() {
    SkillSheets.sound(folder.resolve("mine"), "my-scan", "Looking my way");

    assertThat(screen.run("skills", "lock", "mine")).isZero();
    assertThat(screen.out()).contains("my-scan is pinned, may use [redis.topology, policies.read]");
    assertThat(folder.resolve("mine/skills.lock")).isRegularFile();

    assertThat(screen.run("skills", "lock", "mine")).isZero();
    assertThat(screen.out()).contains("my-scan is pinned as before");

    SkillSheets.sound(folder.resolve("mine"), "my-scan", "Looking another way");
    assertThat(screen.run("skills", "lock", "mine", "--json")).isZero();
    assertThat(screen.json().at("/pinned/0/change").asText()).isEqualTo("changed");
  }

  @Test
  void validatingSaysWhatAnUpgradeGainsAndLoses() {
    var mine = folder.resolve("mine");
    SkillSheets.declaring(mine, "my-scan", "allowed-tools: redis.topology policies.read a.b");
    assertThat(screen.run("skills", "lock", "mine")).isZero();
    assertThat(screen.run("skills", "validate", "mine")).as(screen.out()).isZero();
    assertThat(screen.out()).doesNotContain("since it was pinned");

    SkillSheets.declaring(
        mine, "my-scan", "allowed-tools: redis.topology policies.read redis.clock");

    assertThat(screen.run("skills", "validate", "mine")).as(screen.out()).isZero();
    assertThat(screen.out())
        .contains(
            "my-scan since it was pinned: it declares: gained [redis.clock], lost [a.b]; it is"
                + " granted: gained [redis.clock], lost []");
    screen.run("skills", "validate", "mine", "--json");
    assertThat(screen.json().at("/skills/0/pin").asText()).isEqualTo("changed");
    assertThat(screen.json().at("/skills/0/since_pinned/granted/gained/0").asText())
        .isEqualTo("redis.clock");
    screen.run("skills", "lock", "mine");
    assertThat(screen.out()).contains("my-scan is pinned again; it declares: gained [redis.clock]");
  }

  @Test
  void theListSaysWhatASkillGainedSinceItWasPinned() throws Exception {
    admit("statuspage.incidents");
    var mine = folder.resolve(".agents/skills");
    SkillSheets.declaring(mine, "my-scan", "allowed-tools: redis.topology policies.read");
    assertThat(screen.run("skills", "lock", mine.toString())).isZero();
    SkillSheets.declaring(
        mine, "my-scan", "allowed-tools: redis.topology policies.read redis.clock");

    screen.run("skills", "list", "--json");

    assertThat(screen.json().findValues("since_pinned")).hasSize(1);
    assertThat(screen.json().findValue("since_pinned").at("/granted/gained/0").asText())
        .isEqualTo("redis.clock");
    assertThat(screen.json().at("/skills/0/allowance/granted")).isNotEmpty();
  }

  /** The folder is as it was; another configuration admits more, or less. */
  @Test
  void validatingSaysWhatTheOperatorsPolicyGainsAndLoses() throws Exception {
    var mine = folder.resolve("mine");
    SkillSheets.declaring(
        mine, "my-scan", "allowed-tools: redis.topology policies.read statuspage.incidents");
    assertThat(screen.run("skills", "lock", "mine")).isZero();

    admit("statuspage.incidents");
    assertThat(screen.run("skills", "validate", "mine")).as(screen.err()).isZero();
    assertThat(screen.out()).contains("it is granted: gained [statuspage.incidents], lost []");
    screen.run("skills", "lock", "mine");
    assertThat(screen.out()).contains("is pinned as before; it declares: gained [], lost []");
    screen.run("skills", "lock", "mine");
    assertThat(screen.out()).contains("my-scan is pinned as before\n");

    admit("statuspage.other");
    screen.run("skills", "show", "my-scan");
    screen.run("skills", "validate", "mine");
    assertThat(screen.out()).contains("it is granted: gained [], lost [statuspage.incidents]");
  }

  @Test
  void aLockFileOfAnEarlierVersionIsReadAndSaysThatItDoesNotSay() throws Exception {
    var mine = folder.resolve("mine");
    SkillSheets.sound(mine, "my-scan", "Looking my way");
    screen.run("skills", "lock", "mine");
    var lock = mine.resolve("skills.lock");
    String text = Files.readString(lock);
    assertThat(text).contains("\"granted\":");
    Files.writeString(lock, text.replaceAll("\"granted\":\\[[^]]*],", ""));

    assertThat(screen.run("skills", "validate", "mine")).as(screen.out()).isZero();

    assertThat(screen.out())
        .contains("it is granted: the lock file of an earlier version doesn't say what it was");
    screen.run("skills", "validate", "mine", "--json");
    assertThat(screen.json().at("/skills/0/pin").asText()).isEqualTo("pinned");
    screen.run("skills", "lock", "mine");
    assertThat(Files.readString(lock)).isEqualTo(text);
  }

  @Test
  void doesNotPinWhatIsInvalid() {
    SkillSheets.write(folder, "mine/my-scan", "---\nname: my-scan\n---\n# Body\n");

    assertThat(screen.run("skills", "lock", "mine")).isEqualTo(8);
    assertThat(folder.resolve("mine/skills.lock")).doesNotExist();
  }

  @Test
  void asksForTheFolderToPin() {
    assertThat(screen.run("skills", "lock", "--json")).isEqualTo(2);
    assertThat(screen.json().get("reason").asText()).contains("give FOLDER", "skillsDir");
  }

  @Test
  void showsASkillStepByStep() {
    assertThat(screen.run("skills", "show", "orchestrate-rate-limits")).isZero();
    assertThat(screen.out())
        .contains("built-in, pinned", "serves  apply-policies")
        .contains("  1 Analyzing service topology (", "redis.topology")
        .containsPattern("declared (\\d+), granted \\1\n");

    assertThat(screen.run("skills", "show", "nobody")).isEqualTo(2);
    assertThat(screen.err()).contains("there is no skill nobody", "orchestrate-rate-limits");
  }

  private void admit(String operation) throws IOException {
    Files.writeString(
        folder.resolve("deployclaw.yaml"),
        """
        etcd: {endpoints: ["http://127.0.0.1:1"]}
        redis: {nodes: ["127.0.0.1:2"]}
        s3: {endpoint: "http://127.0.0.1:3", bucket: b, accessKey: k, secretKey: s}
        nats: {url: "nats://127.0.0.1:4"}
        gateways: []
        policySources: []
        rateLimitServices: []
        plugins:
          - {name: statuspage, program: status-page, sha256: %s, operations: {%s: observe}}
        """
            .formatted("0".repeat(64), operation.replace("statuspage.", "")));
  }
}
