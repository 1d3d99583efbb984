package dev.deployclaw.container.doctor;

import java.util.List;
import java.util.function.Consumer;

/** What a part of an examination finds. */
final class CollectedDiagnoses {
  private CollectedDiagnoses() {}

  static List<Diagnosis> of(String about, Consumer<DiagnosisCollector> examination) {
    var found = new DiagnosisCollector(about);
    examination.accept(found);
    return found.all();
  }
}
