package dev.deployclaw.skills;

import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.procedure.StepsBlock;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillFolder;
import dev.deployclaw.skills.sheet.SkillReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Validates a skill strictly, for its author: everything that is wrong, with line numbers. */
public final class SkillValidator {
  private SkillValidator() {}

  /**
   * All problems, the steps block included; sorted as found.
   *
   * @see SkillDiagnostic#valid for the verdict
   */
  public static List<SkillDiagnostic> problems(Path folderOrFile) {
    var reading = SkillReader.read(folderOrFile);
    var all = new ArrayList<>(reading.diagnostics());
    reading.skill().ifPresent(skill -> all.addAll(steps(skill)));
    return List.copyOf(all);
  }

  /**
   * All problems of a skill, or of all skills below a folder. A folder without any is a problem.
   */
  public static List<SkillDiagnostic> problemsBelow(Path path) {
    if (!Files.isDirectory(path) || SkillFolder.sheet(path).isPresent()) {
      return problems(path);
    }
    var catalogue = SkillCatalogue.discover(List.of(new SkillScope("given", path)));
    var all = new ArrayList<>(catalogue.diagnostics());
    catalogue.skills().values().forEach(e -> all.addAll(steps(e.skill())));
    boolean none = catalogue.skills().isEmpty() && all.isEmpty();
    return none ? problems(path) : List.copyOf(all);
  }

  /** The skills that can be read: one, or all below a folder. */
  public static List<SkillFile> skillsBelow(Path path) {
    return !Files.isDirectory(path) || SkillFolder.sheet(path).isPresent()
        ? SkillReader.read(path).skill().stream().toList()
        : SkillCatalogue.discover(List.of(new SkillScope("given", path))).skills().values().stream()
            .map(SkillCatalogue.Entry::skill)
            .toList();
  }

  /** Who serves operations says how. */
  private static List<SkillDiagnostic> steps(SkillFile skill) {
    var reading = ProcedureReader.of(skill);
    boolean silent = reading.procedure().isEmpty() && reading.problems().isEmpty();
    if (!silent || skill.metadata().getOrDefault(SkillFile.SERVES, "").isBlank()) {
      return reading.problems();
    }
    return List.of(
        new SkillDiagnostic(
            SkillDiagnostic.Severity.VIOLATION,
            skill.file(),
            skill.bodyLine(),
            "the skill serves operations but has no steps block",
            "add a block ```" + StepsBlock.INFO + ", or drop " + SkillFile.SERVES));
  }
}
