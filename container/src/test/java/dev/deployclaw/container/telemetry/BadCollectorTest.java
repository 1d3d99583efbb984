package dev.deployclaw.container.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.telemetry.Collector.Manner;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.testkit.BoundedWait;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Collectors that aren't there, don't answer, or answer wrongly, and what executions notice. */
@Timeout(120)
class BadCollectorTest {
  /** More than may wait, so that the last of them find no room. */
  private static final int MANY = 300;

  @TempDir Path folder;

  private final TracedWorld plain = new TracedWorld();
  private final TracedWorld traced = new TracedWorld();

  @AutoClose
  private final CapturedLog application = CapturedLog.of("dev.deployclaw.container.telemetry");

  @ParameterizedTest
  @EnumSource
  void changesNothingOfAnExecution(Manner manner) throws Exception {
    try (var collector = Collector.start(manner)) {
      assertSame(collector.url());
    }
  }

  @Test
  void thatIsNotThereChangesNothingOfAnExecution() throws Exception {
    assertSame(nowhere());
    assertThat(warnings()).hasSize(1);
  }

  /** Nothing of it is waited for, although each answer may take an hour. */
  @Test
  void thatHangsIsWaitedForByNobodyAndSaidOnce() throws Exception {
    try (var collector = Collector.start(Manner.HANGS);
        var telemetry = telemetry(collector.url())) {
      for (int i = 0; i < MANY; i++) {
        var ended = traced.agent(telemetry).run(traced.world.request("destroy"));
        assertThat(ended.result()).isEqualTo(ExecutionStatus.REFUSED);
      }
      BoundedWait.until("one is sent", Duration.ofSeconds(60), () -> !collector.got().isEmpty());
    }

    assertThat(warnings()).hasSize(1);
  }

  @Test
  void thatComesBackIsSaidToo() throws Exception {
    try (var collector = Collector.start(Manner.REFUSES);
        var telemetry = telemetry(collector.url())) {
      var _ = traced.agent(telemetry).run(traced.world.request("destroy"));
      BoundedWait.until("it is missed", Duration.ofSeconds(60), () -> !warnings().isEmpty());
      collector.becomes(Manner.TAKES);
      var _ = traced.agent(telemetry).run(traced.world.request("destroy"));
      BoundedWait.until("it is back", Duration.ofSeconds(60), () -> application.lines().size() > 1);
    }

    assertThat(application.lines())
        .extracting(ILoggingEvent::getLevel)
        .containsExactly(Level.WARN, Level.INFO);
    assertThat(application.lines().toString()).doesNotContain("no thanks");
  }

  private void assertSame(String url) throws Exception {
    var without = plain.agent(Telemetry.OFF).run(plain.world.request("apply"));
    try (var telemetry = telemetry(url)) {
      var with = traced.agent(telemetry).run(traced.world.request("apply"));
      assertThat(with.result()).isEqualTo(without.result()).isEqualTo(ExecutionStatus.COMPLETED);
      assertThat(told(traced, with.execution())).isEqualTo(told(plain, without.execution()));
    }
    assertThat(traced.world.live()).isEqualTo(plain.world.live());
  }

  private static List<String> told(TracedWorld world, String execution) {
    return world.log(execution).stream()
        .map(e -> "%d %s %s %s".formatted(e.step(), e.phase(), e.action(), e.status()))
        .toList();
  }

  private Telemetry telemetry(String url) throws Exception {
    return Telemetry.of(
        Collector.config(
            folder, "telemetry: {endpoint: \"" + url + "\", timeout: 1h, flush: 200ms}\n"));
  }

  private List<ILoggingEvent> warnings() {
    return application.lines().stream().filter(e -> e.getLevel() == Level.WARN).toList();
  }

  /** Where nobody listens. */
  private static String nowhere() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }
}
