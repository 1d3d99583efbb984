package dev.deployclaw.container.cli.console;

import java.util.Map;

/** What a command prints on. */
public enum OutputMode {
  /** A file or another program: lines, and nothing else. */
  PLAIN,
  /** A terminal that knows nothing but lines. */
  DUMB,
  /** A terminal, which may get no colour. */
  TERMINAL,
  COLOUR;

  /** Colour for terminals only, and not where {@code NO_COLOR} says otherwise (no-color.org). */
  static OutputMode of(boolean terminal, Map<String, String> environment) {
    if (!terminal) {
      return PLAIN;
    }
    if (environment.getOrDefault("TERM", "").equals("dumb")) {
      return DUMB;
    }
    return environment.getOrDefault("NO_COLOR", "").isEmpty() ? COLOUR : TERMINAL;
  }

  public boolean colour() {
    return this == COLOUR;
  }

  /** Whether what is there can be written over. */
  public boolean live() {
    return this == TERMINAL || this == COLOUR;
  }

  /** Whether a person may be there. */
  public boolean asks() {
    return this != PLAIN;
  }
}
