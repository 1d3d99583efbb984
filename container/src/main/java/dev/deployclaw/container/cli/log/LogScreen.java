package dev.deployclaw.container.cli.log;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.audit.view.ExecutionTimeline;
import dev.deployclaw.container.cli.screen.LiveScreen;
import dev.deployclaw.container.cli.screen.ScreenFrame;
import dev.deployclaw.container.cli.screen.ScreenFrame.Line;
import dev.deployclaw.container.cli.screen.ScreenFrame.Look;
import dev.deployclaw.container.cli.screen.ScreenKey;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An execution's records in place as they come: the newest stay in view, and the keys lead back to
 * the others. It ends with the log, unless somebody looks at earlier lines then. Of a long log the
 * latest lines are kept.
 */
final class LogScreen implements LogFollower.RecordView {
  private static final int MOST_LINES = 5_000;
  private static final String KEYS = "q quit  arrows and page keys scroll  G newest";

  private final LiveScreen screen;
  private final String execution;
  private final ExecutionTimeline.Live told = LogFollower.timeline();
  private final List<Line> lines = new ArrayList<>();
  private String phase = "";
  private int problems;
  private boolean leftOut;
  private Optional<ScreenFrame> frame = Optional.empty();

  LogScreen(LiveScreen screen, String execution) {
    this.screen = screen;
    this.execution = execution;
  }

  @Override
  public void record(byte[] bytes) {
    // none of a record that can't be read: its lines show what it is
    var fields = StrictJson.findObject(bytes).orElse(Map.of());
    phase = String.valueOf(fields.getOrDefault("phase", phase));
    var look = look(String.valueOf(fields.get("status")));
    problems += look == Look.PLAIN ? 0 : 1;
    told.next(bytes).forEach(text -> add(new Line(text, look)));
  }

  private static Look look(String status) {
    return switch (status) {
      case "OK", "SKIPPED" -> Look.PLAIN;
      case "ERROR" -> Look.BAD;
      default -> Look.WARNING;
    };
  }

  @Override
  public void superseded(LogHead last) {
    add(new Line(LogFollower.superseded(last), Look.WARNING));
  }

  private void add(Line line) {
    lines.add(line);
    if (lines.size() > MOST_LINES) {
      lines.removeFirst();
      leftOut = true;
    }
    frame = Optional.empty();
  }

  @Override
  public boolean next(boolean ended) {
    var shown = frame.orElseGet(this::frame);
    frame = Optional.of(shown);
    screen.draw(shown);
    return (!ended || !screen.isPinned()) && !screen.key().equals(Optional.of(ScreenKey.End.QUIT));
  }

  private ScreenFrame frame() {
    String trouble = problems == 0 ? "" : ", %d not ok".formatted(problems);
    var title = Line.title("%s  %s%s".formatted(execution, phase, trouble));
    return new ScreenFrame(List.of(title), lines, KEYS, true);
  }

  /** What was shown stays readable behind the screen. */
  void leave(Consumer<String> out) {
    if (leftOut) {
      out.accept("… earlier lines: deployclaw log " + execution);
    }
    lines.forEach(line -> out.accept(line.text()));
  }
}
