package dev.deployclaw.core.runtime;

import java.util.List;

/**
 * What became of logs that may leave.
 *
 * @param gone how many left
 * @param kept why others stay, each with its execution
 */
public record Pruned(int gone, List<String> kept) {
  static final Pruned NOTHING = new Pruned(0, List.of());

  public Pruned {
    kept = List.copyOf(kept);
  }
}
