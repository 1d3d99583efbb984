package dev.deployclaw.lab.estate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabEstateTest {
  @TempDir Path folder;

  @Test
  void startsWhatItsConfigurationSaysAndLeavesNothingBehind() throws Exception {
    var lab = LabEstate.in(folder.resolve("lab"));
    lab.up(3, _ -> {});
    var daemons = lab.daemons();

    var config = ConfigReader.read(lab.config(), Map.of());

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
