package dev.deployclaw.container.cli.console;

import java.io.PrintStream;

/** How much of some work is done, in place on a terminal, and not at all elsewhere. */
public final class ProgressBar {
  private static final int WIDTH = 40;
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream err;
  private final boolean live;
  private final long size;
  private int shown = -1;

  /**
   * @param size all of it, in bytes or pieces
   */
  public ProgressBar(CommandEnvironment around, long size) {
    this.err = around.err();
    this.live = around.display().live();
    this.size = Math.max(1, size);
  }

  /** Draws it where a percent more is done. */
  public void at(long done) {
    int percent = (int) Math.min(100, done * 100 / size);
    if (live && percent != shown) {
      shown = percent;
      int full = percent * WIDTH / 100;
      err.print("\r[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] " + percent + "%");
      err.flush();
    }
  }

  public void end() {
    if (live && shown >= 0) {
      err.print(CLEAR);
    }
  }
}
