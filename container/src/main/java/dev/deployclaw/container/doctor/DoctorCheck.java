package dev.deployclaw.container.doctor;

import dev.deployclaw.core.environment.InterruptibleSupplier;
import java.util.List;

/**
 * Examines one part of the estate. Blocks, and may be interrupted.
 *
 * @param about the part
 * @param examination expected troubles are diagnoses, an exception is a bug
 */
record DoctorCheck(String about, InterruptibleSupplier<List<Diagnosis>> examination) {}
