package dev.deployclaw.executors.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.testkit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesExecutorTest {
  @TempDir Path folder;

  @Test
  void isSkippedWhereNoneIsConfigured() {
    assertThat(inspect(Optional.empty()))
        .singleElement()
        .isEqualTo(Report.skipped("kubernetes", "no kubeconfig is configured"));
  }

  @Test
  void saysThatTheFileIsMissingOrNobodyAnswers() throws IOException {
    Path file = folder.resolve("kubeconfig");
    assertThat(inspect(Optional.of(file))).extracting(Report::answer).containsExactly(Answer.NO);

    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters: [{name: test, cluster: {server: "http://127.0.0.1:%d"}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        users: [{name: test, user: {}}]
        """
            .formatted(Ports.free()));
    assertThat(inspect(Optional.of(file))).extracting(Report::answer).containsExactly(Answer.NO);
  }

  private static List<Report> inspect(Optional<Path> kubeconfig) {
    var call =
        new Invocation(
            "kubernetes", new Call.Look("inspect", Map.of()), Fence.NONE, Duration.ofMinutes(1));
    var outcome = new KubernetesExecutor(kubeconfig, Duration.ofSeconds(5)).execute(call);
    return outcome instanceof Outcome.Done done ? done.reports() : List.of();
  }
}
