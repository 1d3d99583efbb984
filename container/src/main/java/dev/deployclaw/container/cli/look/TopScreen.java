package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.screen.LiveScreen;
import dev.deployclaw.container.cli.screen.ScreenFrame;
import dev.deployclaw.container.cli.screen.ScreenFrame.Line;
import dev.deployclaw.container.cli.screen.ScreenFrame.Look;
import dev.deployclaw.container.cli.screen.ScreenKey;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.result.ExitCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The heaviest limits in place, measured again and again, until somebody quits. While nothing can
 * be measured the last table stays, and says how old it is.
 */
final class TopScreen {
  private static final String KEYS = "q quit  u used  r refused  a allowed  arrows scroll";
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(2);
  private static final Line WAITS = Line.plain("measuring …");

  private final CommandEnvironment around;
  private final int most;

  /** By another thread. */
  private final AtomicReference<Optional<LimitUsageReport>> measured =
      new AtomicReference<>(Optional.empty());

  TopScreen(CommandEnvironment around, int most) {
    this.around = around;
    this.most = most;
  }

  private record Shown(Optional<LimitUsageReport> table, long at, String trouble) {
    Shown after(LimitUsageReport report, long now) {
      return report.exit() == ExitCode.OK
          ? new Shown(Optional.of(report), now, "")
          : new Shown(table, at, report.reason());
    }
  }

  /**
   * Runs until somebody quits, and leaves the last table behind.
   *
   * @param first what the first is first by
   */
  int run(
      LiveScreen screen, TopView.Order first, InterruptibleSupplier<LimitUsageReport> measurement)
      throws InterruptedException {
    var worker = Thread.ofVirtual().start(() -> measure(measurement));
    var order = first;
    var shown = new Shown(Optional.empty(), System.nanoTime(), "");
    var seen = Optional.<LimitUsageReport>empty();
    try (screen) {
      Optional<ScreenKey> key = Optional.empty();
      while (!key.equals(Optional.of(ScreenKey.End.QUIT))) {
        var now = measured.get();
        if (now.isPresent() && !now.equals(seen)) {
          shown = shown.after(now.get(), System.nanoTime());
          seen = now;
        }
        screen.draw(frame(shown, order, screen.columns()));
        key = screen.key();
        order = key.flatMap(TopScreen::order).orElse(order);
      }
    } finally {
      worker.interrupt();
      worker.join();
    }
    var left = new TopView(around, order, most);
    shown.table().ifPresent(left::show);
    return shown.trouble().isEmpty() ? ExitCode.OK.code() : left.show(seen.orElseThrow());
  }

  private void measure(InterruptibleSupplier<LimitUsageReport> measurement) {
    try {
      while (true) {
        var report = measurement.get();
        measured.set(Optional.of(report));
        if (report.exit() != ExitCode.OK) {
          Thread.sleep(AFTER_TROUBLE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Optional<TopView.Order> order(ScreenKey key) {
    return switch (key) {
      case ScreenKey.Letter(char letter) -> TopView.Order.ofLetter(letter);
      case ScreenKey.Move _, ScreenKey.End _ -> Optional.empty();
    };
  }

  private ScreenFrame frame(Shown shown, TopView.Order order, int columns) {
    var head = new ArrayList<Line>();
    if (!shown.trouble().isEmpty()) {
      long seconds = Duration.ofNanos(System.nanoTime() - shown.at()).toSeconds();
      head.add(new Line("not measured for %d s: %s".formatted(seconds, shown.trouble()), Look.BAD));
    }
    if (shown.table().isEmpty()) {
      head.add(WAITS);
      return new ScreenFrame(head, List.of(), KEYS, false);
    }
    var lines = new TopView(around, order, most).fitted(shown.table().get(), columns);
    head.addAll(lines.subList(0, TopView.HEAD_LINES));
    return new ScreenFrame(head, lines.subList(TopView.HEAD_LINES, lines.size()), KEYS, false);
  }
}
