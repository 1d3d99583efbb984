package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressViewTest {
  private static final String ESCAPE = "\u001b[";

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void showsAStepWithItsTimeAndDetail() {
    view(OutputMode.PLAIN).thought(thought(Status.OK, Map.of("summary", true)));

    assertThat(shown()).isEqualTo("✓ 2 Scanning policies (1.25 s)\n    12 tenants\n");
  }

  @Test
  void onATerminalAStepIsOneLineWhereItFits() {
    var step = thought(Status.OK, Map.of("summary", true));

    view(OutputMode.TERMINAL, 42).thought(step);
    view(OutputMode.TERMINAL, 41).thought(step);

    assertThat(shown())
        .isEqualTo(
            """
            ✓ 2 Scanning policies: 12 tenants (1.25 s)
            ✓ 2 Scanning policies (1.25 s)
                12 tenants
            """);
  }

  @Test
  void aNarrowTerminalGetsWholeWordsBelowEachOther() {
    var named =
        "1 difference: wonka not-enforced: s3://deployclaw/checkpoints/f55ff8da4d31966d6e8d";
    var wrong = thought(Status.ERROR, Map.of(), named);

    view(OutputMode.TERMINAL, 40).thought(thought(Status.OK, Map.of("summary", true), named));
    view(OutputMode.TERMINAL, 40).thought(wrong);
    view(OutputMode.PLAIN, 40).thought(wrong);

    assertThat(shown())
        .isEqualTo(
            """
            ✓ 2 Scanning policies (1.25 s)
                1 difference: wonka not-enforced:
                s3://deployclaw/checkpoints/f55ff8da4d31966d6e8d
                ✗ Scanning policies: 1 difference:
                  wonka not-enforced:
                  s3://deployclaw/checkpoints/f55ff8da4d31966d6e8d
                ✗ Scanning policies: %s
            """
                .formatted(named));
  }

  @Test
  void showsWithinAStepOnlyWhatIsAmiss() {
    var view = view(OutputMode.PLAIN);

    view.thought(thought(Status.OK, Map.of()));
    view.thought(thought(Status.SKIPPED, Map.of()));
    view.thought(thought(Status.ERROR, Map.of()));

    assertThat(shown()).isEqualTo("    ✗ Scanning policies: 12 tenants\n");
  }

  @Test
  void showsEachWideningOfACanaryAsItHappens() {
    var view = view(OutputMode.PLAIN);

    view.thought(thought(Status.OK, Map.of("state", "widened")));
    view.thought(thought(Status.OK, Map.of("state", "staged")));

    assertThat(shown()).isEqualTo("    ✓ Scanning policies: 12 tenants\n");
  }

  @Test
  void paintsOnTerminalsOnly() {
    view(OutputMode.COLOUR).thought(thought(Status.WARNING, Map.of("summary", true)));
    assertThat(shown()).startsWith(ESCAPE + "33m!" + ESCAPE + "0m 2 ");

    err.reset();
    view(OutputMode.PLAIN).thought(thought(Status.WARNING, Map.of("summary", true)));
    assertThat(shown()).startsWith("! 2 ").doesNotContain(ESCAPE);
  }

  @Test
  void honoursNoColor() {
    assertThat(OutputMode.of(true, Map.of()).colour()).isTrue();
    assertThat(OutputMode.of(false, Map.of()).colour()).isFalse();
    assertThat(OutputMode.of(true, Map.of("NO_COLOR", "1")).colour()).isFalse();
    assertThat(OutputMode.of(true, Map.of("NO_COLOR", "")).colour()).isTrue();
  }

  private ProgressView view(OutputMode display) {
    return view(display, 80);
  }

  private ProgressView view(OutputMode display, int columns) {
    var out = new PrintStream(err, true, StandardCharsets.UTF_8);
    var wide = Map.of("COLUMNS", Integer.toString(columns));
    var here = Path.of("").toAbsolutePath();
    return new ProgressView(new CommandEnvironment(here, here, wide, out, out, display));
  }

  private String shown() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static LogEntry thought(Status status, Map<String, Object> facts) {
    return thought(status, facts, "12 tenants");
  }

  private static LogEntry thought(Status status, Map<String, Object> facts, String detail) {
    return LogEntryFixture.of("arch-2026-11-24-rate-limit-001", Phase.PLAN, "Scanning policies")
        .step(2)
        .detail(detail)
        .status(status)
        .took(1_250_000)
        .facts(facts)
        .thought();
  }
}
