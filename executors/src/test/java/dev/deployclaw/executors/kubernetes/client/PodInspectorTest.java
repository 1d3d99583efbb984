package dev.deployclaw.executors.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

class PodInspectorTest {
  @Test
  void saysWhyAContainerIsStartedAgainAndAgain() {
    assertThat(PodInspector.stalled(backsOff()))
        .contains(
            "CrashLoopBackOff: back-off 10s restarting failed container; it ended before: exit"
                + " code 1, Error: unknown directive \"auth_request\"");
  }

  private static Pod backsOff() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("gw-0")
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .addNewContainerStatus()
        .withName("nginx")
        .withNewState()
        .withNewWaiting("back-off 10s restarting failed container", "CrashLoopBackOff")
        .endState()
        .withNewLastState()
        .withNewTerminated()
        .withExitCode(1)
        .withReason("Error")
        .withMessage("unknown directive \"auth_request\"")
        .endTerminated()
        .endLastState()
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
