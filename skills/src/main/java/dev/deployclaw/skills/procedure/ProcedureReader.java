package dev.deployclaw.skills.procedure;

import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.SkillAllowance;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentNode.Items;
import dev.deployclaw.skills.sheet.AllowedTools;
import dev.deployclaw.skills.sheet.DiagnosticCollector;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillYaml;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Turns the steps block of a skill into the procedure that the kernel follows. Pure. */
public final class ProcedureReader {
  private static final int MOST_STEPS = 50;

  private ProcedureReader() {}

  /**
   * What came of it.
   *
   * @param procedure empty when the skill has no steps block, or when there are problems
   */
  public record Reading(Optional<Procedure> procedure, List<SkillDiagnostic> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** The steps as the skill means them, whatever an operator admits. */
  public static Reading of(SkillFile skill) {
    return of(skill, OperatorPolicy.OPEN);
  }

  /** What runs is what the skill declares and the operator admits: a step beyond is an error. */
  public static Reading of(SkillFile skill, OperatorPolicy operator) {
    var findings = new DiagnosticCollector(skill.file());
    var block = StepsBlock.find(skill, findings);
    var read = block.flatMap(b -> steps(b, skill, findings));
    read.ifPresent(steps -> admitted(steps, operator, findings));
    if (!findings.loadable()) {
      return new Reading(Optional.empty(), findings.all());
    }
    return new Reading(read.map(r -> procedure(skill, r, operator)), findings.all());
  }

  /**
   * What a skill may use where an operator admits so much; what its steps name counts where it
   * declares nothing.
   */
  public static SkillAllowance allowance(SkillFile skill, OperatorPolicy operator) {
    var used = of(skill).procedure().map(Procedure::steps).map(Procedure::named);
    return skill.allowedTools().narrow(operator, used.orElse(List.of()));
  }

  private static Procedure procedure(
      SkillFile skill, List<StepReader.Read> read, OperatorPolicy operator) {
    var steps = read.stream().map(StepReader.Read::step).toList();
    var allowance = skill.allowedTools().narrow(operator, Procedure.named(steps));
    return new Procedure(skill.name(), skill.sha256(), steps, allowance);
  }

  private static void admitted(
      List<StepReader.Read> steps, OperatorPolicy operator, DiagnosticCollector findings) {
    for (var read : steps) {
      for (String operation : read.step().operations()) {
        operator
            .denial(operation)
            .ifPresent(denial ->
                findings.error(
                    read.line(),
                    "step %s: %s: %s".formatted(read.step().id(), operation, denial.why()),
                    denial.remedy()));
      }
    }
  }

  private static Optional<List<StepReader.Read>> steps(
      StepsBlock block, SkillFile skill, DiagnosticCollector findings) {
    var node = SkillYaml.parse(block.yaml(), block.line(), findings);
    if (node.isEmpty()) {
      if (findings.loadable()) {
        findings.error(block.line(), "the steps block is empty", "list the steps, or remove it");
      }
      return Optional.empty();
    }
    if (!(node.get() instanceof Items(List<DocumentNode> items, boolean _, var _))) {
      findings.error(
          block.line(), "the steps block isn't a list", "start each step with \"- id:\"");
      return Optional.empty();
    }
    if (items.size() > MOST_STEPS) {
      findings.error(block.line(), "there are more than 50 steps", "merge some");
      return Optional.empty();
    }
    var read = new ArrayList<StepReader.Read>();
    items.forEach(item -> StepReader.read(item, findings).ifPresent(read::add));
    distinct(read, findings);
    declared(read, skill.allowedTools(), findings);
    StepOrderCheck.check(read, findings);
    return Optional.of(read);
  }

  private static void distinct(List<StepReader.Read> steps, DiagnosticCollector findings) {
    var ids = new HashSet<String>();
    for (var read : steps) {
      if (!ids.add(read.step().id())) {
        findings.error(
            read.line(), "two steps have the id " + read.step().id(), "give each its own");
      }
    }
  }

  private static void declared(
      List<StepReader.Read> steps, AllowedTools tools, DiagnosticCollector findings) {
    for (var read : steps) {
      for (String operation : read.step().operations()) {
        if (!tools.admits(operation)) {
          findings.error(
              read.line(),
              "step %s uses %s, which allowed-tools doesn't name"
                  .formatted(read.step().id(), operation),
              "add it to allowed-tools or drop it");
        }
      }
    }
  }
}
