package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.screen.ScreenFrame;
import dev.deployclaw.container.cli.screen.ScreenFrame.Line;
import dev.deployclaw.container.cli.screen.ScrollWindow;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.result.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code top} on the terminal of its process, of an estate that is measured at once, and is away
 * while a file {@code away} is there. With {@code throw} it fails while it draws.
 */
public final class TopProgram {
  private static final String EVIL = "evil\u001b[2J\u001b]0;owned\u0007\u202e\r\nname";

  private TopProgram() {}

  public static void main(String[] args) throws InterruptedException {
    var around = CommandEnvironment.real();
    if (args.length > 0) {
      try (var screen = around.screen(ScrollWindow.FIRST).orElseThrow()) {
        screen.draw(new ScreenFrame(List.of(Line.title("drawn")), List.of(), "", false));
        throw new IllegalStateException("a bug");
      }
    }
    var screen = around.screen(ScrollWindow.FIRST).orElseThrow();
    System.exit(new TopScreen(around, 1000).run(screen, TopView.Order.USED, () -> measured()));
  }

  private static LimitUsageReport measured() throws InterruptedException {
    Thread.sleep(50);
    if (Files.exists(Path.of("away"))) {
      return LimitUsageReport.unreachable("etcd is away\u001b[2J");
    }
    var uses = new ArrayList<Use>();
    uses.add(new Use(EVIL, "orders", 100, 100, 1, 1, 9));
    uses.add(new Use("テナント".repeat(10), "orders", 99, 100, 1, 2, 8));
    for (int i = 10; i < 40; i++) {
      uses.add(new Use("tenant-" + i, "orders", 60 - i, 100, 1, i, 0));
    }
    return new LimitUsageReport(ExitCode.OK, "", 7, 2_000_000, uses, List.of(), List.of());
  }
}
