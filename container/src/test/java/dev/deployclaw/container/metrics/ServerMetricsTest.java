package dev.deployclaw.container.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.monitor.EnforcementPointStatus;
import dev.deployclaw.core.change.probe.HeartbeatReport.State;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The numbers that are shown while they change. */
class ServerMetricsTest {
  private static final int POINTS = 20;
  private static final int READS = 400;

  @Test
  void showEachPointOnceWhileTheyAreReplaced() throws Exception {
    var meters = new ServerMetrics();
    var points = IntStream.range(0, POINTS).mapToObj(ServerMetricsTest::point).toList();
    meters.points(points);
    var over = new AtomicBoolean();
    var writer =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                meters.points(points);
              }
            });
    try {
      for (int n = 0; n < READS; n++) {
        assertThat(shown(meters)).hasSize(POINTS).doesNotHaveDuplicates();
        assertThat(meters.snapshots().stream().map(s -> s.getMetadata().getName()))
            .doesNotHaveDuplicates();
      }
    } finally {
      over.set(true);
      writer.join();
    }
  }

  private static EnforcementPointStatus point(int n) {
    return new EnforcementPointStatus(
        "gateway/shop/" + n, "shop", State.OK, "", Instant.EPOCH, 300, false);
  }

  private static List<String> shown(ServerMetrics meters) {
    return meters
        .text()
        .lines()
        .filter(line -> line.startsWith("deployclaw_enforcement_point{"))
        .toList();
  }
}
