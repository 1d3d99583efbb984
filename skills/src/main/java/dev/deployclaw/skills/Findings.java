package dev.deployclaw.skills;

import dev.deployclaw.skills.Diagnostic.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects the diagnostics of one file, in the order in which they are found. One thread. */
final class Findings {
  private final Path file;
  private final List<Diagnostic> found = new ArrayList<>();

  Findings(Path file) {
    this.file = file;
  }

  void error(int line, String message, String remedy) {
    found.add(new Diagnostic(Severity.ERROR, file, line, message, remedy));
  }

  void violation(int line, String message, String remedy) {
    found.add(new Diagnostic(Severity.VIOLATION, file, line, message, remedy));
  }

  void warning(int line, String message, String remedy) {
    found.add(new Diagnostic(Severity.WARNING, file, line, message, remedy));
  }

  void add(List<Diagnostic> diagnostics) {
    found.addAll(diagnostics);
  }

  List<Diagnostic> all() {
    return List.copyOf(found);
  }

  boolean loadable() {
    return Diagnostic.loadable(found);
  }
}
