package dev.deployclaw.policy.decision;

import static dev.deployclaw.policy.decision.RuleFixtures.SECOND;
import static dev.deployclaw.policy.decision.RuleFixtures.atOnce;
import static dev.deployclaw.policy.decision.RuleFixtures.bucket;
import static dev.deployclaw.policy.decision.RuleFixtures.fixed;
import static dev.deployclaw.policy.decision.RuleFixtures.gcra;
import static dev.deployclaw.policy.decision.RuleFixtures.window;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The plots of the policies page show what the reference model does. {@code -Dplots.write} draws
 * them again, after a change that is meant.
 */
class PlotsTest {
  private static final Path FOLDER = Path.of("..", "docs", "concepts", "plots");

  static List<AdmissionPlot> plots() {
    return List.of(
        new AdmissionPlot(
            "token-bucket", "token-bucket: 10 per 20s, burst 5", bucket(10, 20, 5), 0),
        new AdmissionPlot("gcra", "gcra: 10 per 20s, burst 1", gcra(10, 20, 1), 0),
        new AdmissionPlot("sliding-window", "sliding-window: 10 per 20s", window(10, 20), 0),
        new AdmissionPlot("fixed-window", "fixed-window: 10 per 20s", fixed(10, 20), 0),
        new AdmissionPlot(
            "concurrency",
            "concurrency: 5 at the same time, each request lasts 3s",
            atOnce(5, 20),
            3));
  }

  @ParameterizedTest
  @MethodSource("plots")
  void thePageShowsWhatTheModelDoes(AdmissionPlot plot) throws Exception {
    Path file = FOLDER.resolve(plot.name() + ".svg");
    if (System.getProperty("plots.write") != null) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, plot.svg());
    }

    assertThat(Files.readString(file, StandardCharsets.UTF_8))
        .as(file + " differs from the model: draw it again with -Dplots.write")
        .isEqualTo(plot.svg());
    assertThat(plot.rule().windowMicros()).isEqualTo(20 * SECOND);
  }
}
