package dev.deployclaw.container.doctor;

import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.core.spi.CallFault;
import java.util.ArrayList;
import java.util.List;

/** Collects what is found about one part, in that order. One thread. */
final class DiagnosisCollector {
  private final String about;
  private final List<Diagnosis> found = new ArrayList<>();

  /**
   * @param about as {@link Diagnosis#about} has it
   */
  DiagnosisCollector(String about) {
    this.about = about;
  }

  void ok(String what) {
    found.add(new Diagnosis(about, Level.OK, what, ""));
  }

  void skipped(String what) {
    found.add(new Diagnosis(about, Level.SKIPPED, what, ""));
  }

  void warning(String what, String remedy) {
    found.add(new Diagnosis(about, Level.WARNING, what, remedy));
  }

  void error(String what, String remedy) {
    found.add(new Diagnosis(about, Level.ERROR, what, remedy));
  }

  void unreachable(String what) {
    String remedy = "is it running, and are the address and credentials right?";
    found.add(new Diagnosis(about, Level.UNREACHABLE, what, remedy));
  }

  /** A call that failed as a whole. */
  void failed(CallFault fault) {
    switch (fault) {
      case CallFault.Unavailable(String reason) -> unreachable(reason);
      case CallFault.Unknown(String reason) -> unreachable(reason);
      case CallFault.Denied(String reason) ->
          error(reason, "give the agent's user this right: docs/tasks/credentials.md");
      case CallFault.Ungranted(String reason) ->
          error(reason, "this build can't do it: report it, with the agent's version");
      case CallFault.Invalid(String reason) -> error(reason, "fix the named problem");
      case CallFault.Conflict(String reason) ->
          error(reason, "find out which other agent is active");
    }
  }

  List<Diagnosis> all() {
    return List.copyOf(found);
  }
}
