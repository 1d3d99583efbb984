package dev.deployclaw.core.journal.chain;

import java.util.List;

/**
 * What became of logs that may leave.
 *
 * @param gone how many left
 * @param kept why others stay, each with its execution
 */
public record PruneReport(int gone, List<String> kept) {
  static final PruneReport NOTHING = new PruneReport(0, List.of());

  public PruneReport {
    kept = List.copyOf(kept);
  }
}
