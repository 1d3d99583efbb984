package dev.deployclaw.skills.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.OperatorPolicy.Denial;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillReader;
import dev.deployclaw.skills.sheet.SkillSheetFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcedureReaderTest {
  private static final String APPLY =
      "[change.stage, change.prepare, change.gate, change.commit, change.publish, change.converge,"
          + " change.validate]";

  @TempDir Path root;

  @Test
  void readsTheStepsInOrder() {
    var steps =
        steps(
            """
            - id: look
              action: Looking around
              operations: [redis.topology]
              after: topology
              onFailure: warn
            - id: save
              action: Saving
              operations: [checkpoint.create]
              before: [topology]
              checkpoint: true
            - id: apply
              action: Applying
              operations: %s
              onFailure: rollback
            """
                .formatted(APPLY));

    assertThat(steps.problems()).isEmpty();
    var procedure = steps.procedure().orElseThrow();
    assertThat(procedure.skill()).isEqualTo("stepped");
    assertThat(procedure.sha256()).hasSize(64);
    assertThat(procedure.steps()).extracting(s -> s.id()).containsExactly("look", "save", "apply");
    assertThat(procedure.steps().getFirst().after()).containsExactly("topology");
    assertThat(procedure.steps().get(1).checkpoint()).isTrue();
    assertThat(procedure.steps())
        .extracting(s -> s.onFailure())
        .containsExactly(OnFailure.WARN, OnFailure.ABORT, OnFailure.ROLLBACK);
  }

  @Test
  void refusesToActivateWithoutACheckpointBefore() {
    var steps = steps("- id: apply\n  action: Applying\n  operations: " + APPLY);

    assertThat(steps.procedure()).isEmpty();
    assertThat(texts(steps))
        .first(STRING)
        .contains("SKILL.md:7:")
        .contains("without a checkpoint step before it")
        .contains("put a step with checkpoint.create before it");
  }

  @Test
  void refusesACheckpointThatComesTooLate() {
    var steps =
        steps(
            """
            - id: apply
              action: Applying
              operations: %s
            - id: save
              action: Saving
              operations: [checkpoint.create]
              checkpoint: true
            """
                .formatted(APPLY));

    assertThat(texts(steps)).anySatisfy(t -> assertThat(t).contains("without a checkpoint"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "- id: a~  action: A~  operations: [redis.scan]~  colour: red|10|no key colour",
        "- id: a~  id: b~  action: A~  operations: [redis.scan]|8|given twice",
        "- id: A_B~  action: A~  operations: [redis.scan]|7|DNS label",
        "- action: A~  operations: [redis.scan]|7|no id",
        "- id: a~  operations: [redis.scan]|7|no action",
        "- id: a~  action: A|7|no operations",
        "- id: a~  action: A~  operations: [flush]|9|executor.verb",
        "- id: a~  action: A~  operations: [redis.scan]~  checkpoint: maybe|10|true nor false",
        "- id: a~  action: A~  operations: [redis.scan]~  onFailure: ignore|10|onFailure",
        "- id: a~  action: A~  operations: [redis.scan]~  checkpoint: true|7|doesn't make",
        "- id: a~  action: A~  operations: [checkpoint.create]|7|makes the checkpoint",
        "- id: a~  action: A~  operations: [change.force]|7|no operation change.force",
        "id: a|7|isn't a list",
        "- just text|7|isn't a mapping",
        "- id: [a|7|can't be parsed",
        "# nothing|7|empty",
      })
  void namesLineAndRemedyOfAMalformedBlock(String yaml, int line, String message) {
    var steps = steps(yaml.replace('~', '\n'));

    assertThat(steps.procedure()).isEmpty();
    assertThat(texts(steps))
        .anySatisfy(t -> assertThat(t).contains("SKILL.md:" + line + ":").contains(message));
  }

  @Test
  void refusesTwoStepsOfOneIdAndPhasesOutOfOrder() {
    var steps =
        steps(
            """
            - id: a
              action: A
              operations: [checkpoint.create, change.prepare, change.stage]
              checkpoint: true
            - id: a
              action: B
              operations: [redis.scan]
            """);

    assertThat(texts(steps))
        .anySatisfy(t -> assertThat(t).contains(":11:").contains("two steps have the id a"))
        .anySatisfy(t -> assertThat(t).contains(":7:").contains("change.stage after"));
  }

  @Test
  void refusesOperationsThatAllowedToolsDoesNotName() {
    var text =
        SkillSheetFiles.sheet("stepped", "allowed-tools: redis.scan")
            + "```deployclaw-steps\n- id: a\n  action: A\n  operations: [redis.clock]\n```\n";
    var skill =
        SkillReader.read(SkillSheetFiles.write(root, "stepped", text)).skill().orElseThrow();

    assertThat(texts(ProcedureReader.of(skill)).getFirst())
        .contains("redis.clock, which allowed-tools");
  }

  @Test
  void whatTheOperatorDoesNotAdmitIsNoStepWhateverTheSkillDeclares() {
    var text =
        SkillSheetFiles.sheet("stepped", "allowed-tools: redis.scan redis.clock")
            + "```deployclaw-steps\n- id: a\n  action: A\n  operations: [redis.clock]\n```\n";
    var skill =
        SkillReader.read(SkillSheetFiles.write(root, "stepped", text)).skill().orElseThrow();
    OperatorPolicy operator =
        op ->
            op.equals("redis.clock")
                ? Optional.of(new Denial("clocks aren't asked here", "drop it"))
                : Optional.empty();

    var reading = ProcedureReader.of(skill, operator);

    assertThat(reading.procedure()).isEmpty();
    assertThat(texts(reading).getFirst())
        .contains("error: step a: redis.clock: clocks aren't asked here; drop it");
    assertThat(ProcedureReader.of(skill).procedure().orElseThrow().allowance().explain())
        .isEqualTo("declared 2, granted 2");
  }

  @Test
  void refusesASecondAndAnUnclosedBlock() {
    String block = "```deployclaw-steps\n- id: a\n  action: A\n  operations: [redis.scan]\n";

    assertThat(texts(ProcedureReader.of(skill(block + "```\n" + block + "```\n"))).getFirst())
        .contains(":11:")
        .contains("second steps block");
    assertThat(texts(ProcedureReader.of(skill(block))).getFirst())
        .contains(":6:")
        .contains("closed");
  }

  @Test
  void takesABlockInsideAnotherFenceForProse() {
    var reading =
        ProcedureReader.of(skill("````markdown\n```deployclaw-steps\nnonsense\n```\n````\n"));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.procedure()).isEmpty();
  }

  private ProcedureReader.Reading steps(String yaml) {
    return ProcedureReader.of(SkillSheetFiles.withSteps(root, yaml));
  }

  private SkillFile skill(String body) {
    var folder = SkillSheetFiles.write(root, "stepped", SkillSheetFiles.sheet("stepped") + body);
    return SkillReader.read(folder).skill().orElseThrow();
  }

  private static List<String> texts(ProcedureReader.Reading reading) {
    return reading.problems().stream().map(SkillDiagnostic::text).toList();
  }
}
