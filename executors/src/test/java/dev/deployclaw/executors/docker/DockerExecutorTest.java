package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.testkit.Ports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DockerExecutorTest {
  @Test
  void isSkippedWhereNoneIsConfigured() {
    assertThat(inspect(Optional.empty()))
        .singleElement()
        .isEqualTo(Report.skipped("docker", "no dockerHost is configured"));
  }

  @Test
  void saysThatADaemonDoesNotAnswer() {
    var nobody = Optional.of("tcp://127.0.0.1:" + Ports.free());
    var noSocket = Optional.of("unix:///nowhere/docker.sock");

    assertThat(inspect(nobody)).singleElement().extracting(Report::answer).isEqualTo(Answer.NO);
    assertThat(inspect(noSocket)).singleElement().extracting(Report::answer).isEqualTo(Answer.NO);
  }

  private static List<Report> inspect(Optional<String> host) {
    var call =
        new Invocation(
            "docker", new Call.Look("inspect", Map.of()), Fence.NONE, Duration.ofMinutes(1));
    var outcome = new DockerExecutor(host, Duration.ofSeconds(5)).execute(call);
    return outcome instanceof Outcome.Done done ? done.reports() : List.of();
  }
}
