package dev.deployclaw.skills;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Validates a skill strictly, for its author: everything that is wrong, with line numbers. */
public final class SkillValidator {
  private SkillValidator() {}

  /**
   * All problems, the steps block included; sorted as found.
   *
   * @see Diagnostic#valid for the verdict
   */
  public static List<Diagnostic> problems(Path folderOrFile) {
    var reading = SkillReader.read(folderOrFile);
    var all = new ArrayList<>(reading.diagnostics());
    reading.skill().ifPresent(skill -> all.addAll(Procedures.of(skill).problems()));
    return List.copyOf(all);
  }
}
