package dev.deployclaw.audit.export;

import java.io.IOException;

/** Writes executions one after another. For one thread. */
interface ExportFormat extends AutoCloseable {
  /**
   * Writes what belongs to the period.
   *
   * @return whether something does
   */
  boolean add(ExecutionSummary execution) throws IOException;

  /** Writes what comes behind the last one, if anything does. */
  default void end(ExportTotals totals) throws IOException {}

  @Override
  default void close() throws IOException {}
}
