package dev.deployclaw.skills.sheet;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One thing that is wrong with a skill, where, and what to do about it.
 *
 * @param line in {@code file}, from 1; 0 where the whole file or folder is meant
 * @param remedy an instruction for the author, without a full stop
 */
public record SkillDiagnostic(
    Severity severity, Path file, int line, String message, String remedy) {

  /** How much it matters: to an author all three, to a client only the first. */
  public enum Severity {
    /** The skill can't be loaded. */
    ERROR,
    /** It breaks the specification; a lenient client loads it all the same. */
    VIOLATION,
    /** It is legal, and somebody will be surprised. */
    WARNING
  }

  /** One line for people: file, line, severity, message and remedy. */
  public String text() {
    String at = line == 0 ? file.toString() : file + ":" + line;
    return "%s: %s: %s; %s"
        .formatted(at, severity.name().toLowerCase(Locale.ROOT), message, remedy);
  }

  /** Whether a strict reading passes: warnings only. */
  public static boolean valid(List<SkillDiagnostic> diagnostics) {
    return diagnostics.stream().allMatch(d -> d.severity == Severity.WARNING);
  }

  /** Whether a lenient reading passes: no errors. */
  public static boolean loadable(List<SkillDiagnostic> diagnostics) {
    return diagnostics.stream().noneMatch(d -> d.severity == Severity.ERROR);
  }
}
