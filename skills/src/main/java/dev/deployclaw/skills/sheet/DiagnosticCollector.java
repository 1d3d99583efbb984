package dev.deployclaw.skills.sheet;

import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects the diagnostics of one file, in the order in which they are found. One thread. */
public final class DiagnosticCollector {
  private final Path file;
  private final List<SkillDiagnostic> found = new ArrayList<>();

  public DiagnosticCollector(Path file) {
    this.file = file;
  }

  public void error(int line, String message, String remedy) {
    found.add(new SkillDiagnostic(Severity.ERROR, file, line, message, remedy));
  }

  public void violation(int line, String message, String remedy) {
    found.add(new SkillDiagnostic(Severity.VIOLATION, file, line, message, remedy));
  }

  public void warning(int line, String message, String remedy) {
    found.add(new SkillDiagnostic(Severity.WARNING, file, line, message, remedy));
  }

  public void add(List<SkillDiagnostic> diagnostics) {
    found.addAll(diagnostics);
  }

  public List<SkillDiagnostic> all() {
    return List.copyOf(found);
  }

  public boolean loadable() {
    return SkillDiagnostic.loadable(found);
  }
}
