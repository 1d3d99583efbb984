package dev.deployclaw.container.cli.screen;

/**
 * Which lines of a longer text are shown. Pure.
 *
 * @param top the first of them
 * @param pinned whether the last line stays in view as lines are added
 */
public record ScrollWindow(int top, boolean pinned) {
  /** From the first line on. */
  public static final ScrollWindow FIRST = new ScrollWindow(0, false);

  /** The newest lines. */
  public static final ScrollWindow LAST = new ScrollWindow(0, true);

  /**
   * As it is for a text and a terminal that may have changed.
   *
   * @param lines of the text
   * @param rows that are shown
   */
  ScrollWindow over(int lines, int rows) {
    int last = Math.max(0, lines - rows);
    return new ScrollWindow(pinned ? last : Math.clamp(top, 0, last), pinned);
  }

  /** Moved by a key; at the end it is pinned where it may be. */
  ScrollWindow moved(ScreenKey.Move by, int lines, int rows) {
    int last = Math.max(0, lines - rows);
    int now = over(lines, rows).top();
    int next =
        switch (by) {
          case UP -> now - 1;
          case DOWN -> now + 1;
          case PAGE_UP -> now - rows;
          case PAGE_DOWN -> now + rows;
          case FIRST -> 0;
          case LAST -> last;
        };
    boolean up = next < now;
    return new ScrollWindow(Math.clamp(next, 0, last), !up && (pinned || next >= last));
  }
}
