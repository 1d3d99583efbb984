package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import java.io.PrintStream;

/** How much of a file was read, in place on a terminal, and not at all elsewhere. */
final class ProgressBar {
  private static final int WIDTH = 40;
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream err;
  private final boolean live;
  private final long size;
  private int shown = -1;

  /**
   * @param size of the file in bytes
   */
  ProgressBar(CommandEnvironment around, long size) {
    this.err = around.err();
    this.live = around.display().live();
    this.size = Math.max(1, size);
  }

  /** Draws it where a percent more was read. */
  void at(long bytes) {
    int percent = (int) Math.min(100, bytes * 100 / size);
    if (live && percent != shown) {
      shown = percent;
      int full = percent * WIDTH / 100;
      err.print("\r[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] " + percent + "%");
      err.flush();
    }
  }

  void end() {
    if (live && shown >= 0) {
      err.print(CLEAR);
    }
  }
}
