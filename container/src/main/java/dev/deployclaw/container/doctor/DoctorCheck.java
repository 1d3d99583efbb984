package dev.deployclaw.container.doctor;

import java.util.List;

/**
 * Examines one part of the estate. Blocks, and may be interrupted.
 *
 * @param about the part
 */
record DoctorCheck(String about, Examination examination) {

  /** What is done; expected troubles are diagnoses, an exception is a bug. */
  @FunctionalInterface
  interface Examination {
    List<Diagnosis> examine() throws InterruptedException;
  }
}
