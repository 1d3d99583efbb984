package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.skills.SkillLock;
import dev.deployclaw.testkit.Slow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Skills that are edited, and pinned again, under an agent that serves over HTTP. */
@Slow(
    guard = "dev.deployclaw.container.skill.PinnedProcedureRegistryTest",
    because = "it carries out changes with each skill on a real estate")
class PinnedSkillTest extends SharedLabCases {
  private Path skills;

  @BeforeEach
  void pinned() throws IOException {
    skills = Files.createTempDirectory(folder, "skills");
    write("Looking our way");
    pin();
  }

  @AfterEach
  void allIsWhole() {
    estate.checker().assertWhole();
  }

  @Test
  void anEditedSkillIsRefusedUntilItIsPinnedAndThenTakenWithoutAStart() throws Exception {
    try (var sidecar = serve()) {
      var plain = sidecar.submit(estate.change()).text("execution_id");
      sidecar.awaitResult(plain, "COMPLETED");
      assertThat(log(sidecar, plain)).contains("Looking our way", hash());

      String pinned = hash();
      String before = estate.checker().digest();
      write("Looking another way");
      var refused = sidecar.submit(estate.change()).text("execution_id");
      sidecar.awaitResult(refused, "REFUSED");
      var scan = sidecar.submit("scan the rate limits").text("execution_id");
      sidecar.awaitResult(scan, "NO_CHANGE");

      assertThat(estate.checker().digest()).isEqualTo(before);
      assertThat(estate.etcd().text("change/" + refused)).isEmpty();
      String told = log(sidecar, refused);
      pin();
      assertThat(told)
          .contains("Refusing a skill", "skill careful", pinned, hash())
          .contains("run: deployclaw skills lock " + skills)
          .doesNotContain("Looking another way");

      var taken = sidecar.submit(estate.change()).text("execution_id");
      sidecar.awaitResult(taken, "COMPLETED");
      assertThat(log(sidecar, taken)).contains("Looking another way", hash());
    }
  }

  @Test
  void whatIsHeldEndsWithTheSkillThatItWasPlannedBy() throws Exception {
    try (var sidecar = serve()) {
      var first = held(sidecar);
      write("Looking another way");
      String before = estate.checker().digest();

      approve(sidecar, first);

      sidecar.awaitResult(first, "REFUSED");
      assertThat(log(sidecar, first)).contains("Refusing a skill", "skill careful", hash());
      assertThat(estate.etcd().text("open")).isEmpty();
      assertThat(estate.checker().digest()).isEqualTo(before);

      pin();
      var second = held(sidecar);
      write("Looking a third way");
      pin();
      approve(sidecar, second);

      sidecar.awaitResult(second, "ABORTED");
      assertThat(log(sidecar, second))
          .contains("the skill was pinned again after the plan was made");
      assertThat(estate.checker().digest()).isEqualTo(before);

      var third = held(sidecar);
      approve(sidecar, third);
      sidecar.awaitResult(third, "COMPLETED");
    }
  }

  private ServingAgent serve() throws IOException {
    return ServingAgent.start(estate, Map.of("DEPLOYCLAW_SKILLS_DIR", skills.toString()));
  }

  private static String held(ServingAgent sidecar) {
    String body = "{\"request\": \"%s\", \"approval\": \"manual\"}".formatted(estate.change());
    var held = sidecar.post("/v1/tasks", ServingAgent.OPERATOR, body).text("execution_id");
    sidecar.awaitResult(held, "HELD");
    return held;
  }

  private static void approve(ServingAgent sidecar, String id) {
    var answer = sidecar.approve(id);
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
  }

  private static String log(ServingAgent sidecar, String id) {
    return sidecar.get("/v1/executions/" + id).body();
  }

  private String hash() {
    var pins = SkillLock.read(skills.resolve(SkillLock.FILE)).lock().pins();
    return Objects.requireNonNull(pins.get("careful")).sha256();
  }

  private void pin() {
    var out = new ByteArrayOutputStream();
    var print = new PrintStream(out, true, StandardCharsets.UTF_8);
    var around = new CommandEnvironment(folder, folder, Map.of(), print, print, OutputMode.PLAIN);
    int exit = CommandLineRunner.run(around, "skills", "lock", skills.toString());
    assertThat(exit).as(out.toString(StandardCharsets.UTF_8)).isZero();
  }

  private void write(String action) throws IOException {
    var sheet = Files.createDirectories(skills.resolve("careful")).resolve("SKILL.md");
    Files.writeString(
        sheet,
        """
        ---
        name: careful
        description: Sets limits, and looks at the nodes before.
        metadata:
          deployclaw.serves: set-limit
        allowed-tools: >-
          redis.topology policies.read policies.check checkpoint.create change.stage change.prepare
          change.gate change.commit change.publish change.converge change.validate
        ---
        ```deployclaw-steps
        - id: look
          action: %s
          operations: [redis.topology, policies.read, policies.check]
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
            .formatted(action));
  }
}
