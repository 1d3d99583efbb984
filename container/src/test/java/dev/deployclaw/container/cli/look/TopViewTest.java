package dev.deployclaw.container.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.container.cli.screen.TerminalColumns;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.LimitUsageReport.ServiceLeases;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.result.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopViewTest {
  private static final int COLUMNS = 80;
  private static final Use FULL = new Use("oscorp", "checkout-long", 400, 400, 1, 12, 3_400);
  private static final Use HALF = new Use("wonka", "orders", 5, 10, 1, 7, 0);
  private static final LimitUsageReport ANSWER =
      new LimitUsageReport(
          ExitCode.OK,
          "",
          4,
          2_000_000,
          List.of(HALF, FULL),
          List.of(),
          List.of("edge-us: silent"));

  @TempDir Path folder;

  @Test
  void showsTheFullestFirstInEvenColumns() {
    String shown = shown(OutputMode.PLAIN);

    assertThat(shown)
        .isEqualTo(
            """
            epoch 4, by used; allowed and refused over the last 2.0 s
            TENANT  LIMIT          USED     FULLEST COUNTERS ALLOWED REFUSED
            oscorp  checkout-long  100%     400/400        1      12    3400
            wonka   orders          50%        5/10        1       7       0
            not measured: edge-us: silent
            """);
    assertThat(shown.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThan(COLUMNS));
  }

  @Test
  void aNarrowTerminalShowsEachFigureWhole() {
    var screen = new CommandLineFixture(folder, Map.of("COLUMNS", "60"));

    new TopView(screen.surroundings(OutputMode.TERMINAL), TopView.Order.USED, 20).show(ANSWER);

    assertThat(screen.out())
        .isEqualTo(
            """
            epoch 4, by used; allowed and refused over the last 2.0 s
            TENANT  LIMIT          USED     FULLEST ALLOWED REFUSED
            oscorp  checkout-long  100%     400/400      12    3400
            wonka   orders          50%        5/10       7       0
            not measured: edge-us: silent
            """);
  }

  @Test
  void showsWhatServicesHaveInHand() {
    var screen = new CommandLineFixture(folder);
    var leased =
        new LimitUsageReport(
            ExitCode.OK,
            "",
            4,
            2_000_000,
            List.of(HALF),
            List.of(new ServiceLeases("edge-eu", 2, 40, 1_000, 985)),
            List.of());

    new TopView(screen.surroundings(OutputMode.PLAIN), TopView.Order.USED, 20).show(leased);

    assertThat(screen.out())
        .endsWith(
            "leases of edge-eu: 2 with 40 unused requests;"
                + " 98% of 1000 requests needed no call to Redis\n");
  }

  @Test
  void aScreenCutsNamesThatDoNotFit() {
    var wide = new Use("テナント".repeat(12), "checkout\u001b[2J-long", 400, 400, 1, 12, 3_400);
    var answer =
        new LimitUsageReport(ExitCode.OK, "", 4, 2_000_000, List.of(wide), List.of(), List.of());
    var view =
        new TopView(
            new CommandLineFixture(folder).surroundings(OutputMode.COLOUR), TopView.Order.USED, 20);

    for (int columns : new int[] {80, 70, 64, 61, 60}) {
      assertThat(view.fitted(answer, columns))
          .allSatisfy(line -> {
            assertThat(line.text()).doesNotContain("\u001b");
            assertThat(TerminalColumns.width(line.text()))
                .as(line.text())
                .isLessThanOrEqualTo(columns);
          });
    }
    assertThat(view.fitted(answer, 80).getLast().text())
        .startsWith("テナントテナント…   checkout [2J-long  100%");
  }

  private String shown(OutputMode display) {
    var screen = new CommandLineFixture(folder);
    new TopView(screen.surroundings(display), TopView.Order.USED, 20).show(ANSWER);
    return screen.out();
  }
}
