package dev.deployclaw.container.cli.console;

import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.container.cli.screen.TerminalColumns;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Status;
import java.util.Locale;
import java.util.Set;

/** Shows a run as it goes: a line for each step, and what is wrong within it. */
public record ProgressView(CommandEnvironment around) implements ProgressListener {
  /** Shown as they happen, for between two of them there may be hours. */
  private static final Set<String> SHOWN = Set.of("widened", "baking", "soaking");

  private static final String RESET = "\u001b[0m";

  @Override
  public void thought(LogEntry thought) {
    if (Boolean.TRUE.equals(thought.facts().get("summary"))) {
      summary(thought);
    } else if (SHOWN.contains(String.valueOf(thought.facts().get("state")))
        || (thought.status() != Status.OK && thought.status() != Status.SKIPPED)) {
      say("    ", thought, thought.action() + ": " + thought.detail());
    }
  }

  private void summary(LogEntry thought) {
    String seconds =
        thought
            .durationMicros()
            .map(us -> String.format(Locale.ROOT, " (%.2f s)", us / 1_000_000.0))
            .orElse("");
    String step = thought.step() + " " + thought.action();
    var detail = LogTextRenderer.lines(thought.detail(), "    ");
    String whole = step + ": " + String.join("", detail).strip() + seconds;
    if (around.display().asks()
        && detail.size() == 1
        && TerminalColumns.width(whole) + 2 <= around.columns()) {
      say("", thought, whole);
    } else {
      say("", thought, step + seconds);
      detail.forEach(around::warn);
    }
  }

  /** The mark may have colour, and is printed as it is. */
  private void say(String indent, LogEntry marked, String words) {
    var lines = around.shown(indent + "  " + words);
    String first = lines.getFirst().substring(indent.length() + 1);
    around.err().println(indent + mark(marked) + first);
    lines.stream().skip(1).forEach(around.err()::println);
  }

  private String mark(LogEntry thought) {
    String mark = LogTextRenderer.mark(thought.status().name());
    return around.display().colour() ? paint(thought.status()) + mark + RESET : mark;
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
