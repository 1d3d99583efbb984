package dev.deployclaw.container.cli.screen;

/** What was pressed. */
public sealed interface ScreenKey {
  record Letter(char letter) implements ScreenKey {}

  /** One that moves what is shown. */
  enum Move implements ScreenKey {
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    LAST
  }

  /** The view ends: {@code q}, or the terminal is gone. */
  enum End implements ScreenKey {
    QUIT
  }
}
