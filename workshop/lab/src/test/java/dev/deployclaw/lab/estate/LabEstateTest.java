package dev.deployclaw.lab.estate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Slow(
    guard = "dev.deployclaw.lab.KubernetesLabTest#stopsAllPodsEvenWhenWhoStartedThemIsDead",
    because = "it starts one more estate")
class LabEstateTest {
  /** A log of an earlier lab. */
  private static final String EARLIER = "arch-2026-11-30-rate-limit-001";

  @TempDir Path folder;

  @Test
  void startsWhatItsConfigurationSaysAndLeavesNothingBehind() throws Exception {
    var lab = LabEstate.in(folder.resolve("lab"));
    var logs = JournalFolder.in(folder.resolve("state"));
    Files.createFile(logs.records(EARLIER));
    Files.createFile(logs.cursor(EARLIER));
    lab.up(3, _ -> {});
    var daemons = lab.daemons();

    var config = ConfigReader.read(lab.config(), Map.of());

    assertThat(logs.records(EARLIER)).exists();
    assertThat(logs.cursor(EARLIER)).as("its stream is gone").doesNotExist();
    assertThat(daemons).hasSize(6 + 3 + 3 + 1 + 3).allMatch(DaemonProcess::alive);
    assertThat(config.gateways()).hasSize(3);
    assertThat(config.services()).hasSize(3);
    assertThat(config.redis().nodes()).hasSize(6);
    assertThat(config.policySources()).hasSize(3);
    assertThat(config.s3().secretKey().value()).isNotEmpty();

    int stopped = lab.down().processes();

    assertThat(stopped).isEqualTo(daemons.size());
    assertThat(daemons).noneMatch(DaemonProcess::alive);
    assertThat(Files.exists(lab.folder())).isFalse();
  }
}
