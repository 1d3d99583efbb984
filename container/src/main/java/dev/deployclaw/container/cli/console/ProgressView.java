package dev.deployclaw.container.cli.console;

import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Set;

/** Shows a run as it goes: a line for each step, and what is wrong within it. */
public final class ProgressView implements ProgressListener {
  /** Shown as they happen, for between two of them there may be hours. */
  private static final Set<String> SHOWN = Set.of("widened", "baking", "soaking");

  private static final String RESET = "\u001b[0m";

  private final PrintStream err;
  private final boolean colour;

  public ProgressView(PrintStream err, boolean colour) {
    this.err = err;
    this.colour = colour;
  }

  @Override
  public void thought(LogEntry thought) {
    if (Boolean.TRUE.equals(thought.facts().get("summary"))) {
      summary(thought);
    } else if (SHOWN.contains(String.valueOf(thought.facts().get("state")))
        || (thought.status() != Status.OK && thought.status() != Status.SKIPPED)) {
      say("    " + mark(thought) + " ", thought.action() + ": " + thought.detail());
    }
  }

  private void summary(LogEntry thought) {
    String seconds =
        thought
            .durationMicros()
            .map(us -> String.format(Locale.ROOT, " (%.2f s)", us / 1_000_000.0))
            .orElse("");
    say(mark(thought) + " ", thought.step() + " " + thought.action() + seconds);
    LogTextRenderer.lines(thought.detail(), "    ").forEach(line -> say("", line));
  }

  /**
   * @param mark may have colour, and is printed as it is
   */
  private void say(String mark, String words) {
    err.println(mark + TerminalSafeText.line(words));
  }

  private String mark(LogEntry thought) {
    String mark = LogTextRenderer.mark(thought.status().name());
    return colour ? paint(thought.status()) + mark + RESET : mark;
  }

  private static String paint(Status status) {
    return switch (status) {
      case OK -> "\u001b[32m";
      case WARNING, UNKNOWN -> "\u001b[33m";
      case ERROR -> "\u001b[31m";
      case SKIPPED -> "\u001b[2m";
    };
  }
}
