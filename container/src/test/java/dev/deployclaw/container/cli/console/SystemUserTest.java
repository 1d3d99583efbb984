package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SystemUserTest {
  @Test
  void isWhoTheKernelSaysWhateverTheJvmWasTold() throws Exception {
    var id = new ProcessBuilder("id", "-un").start();
    String kernels = new String(id.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    String before = System.setProperty("user.name", "ann");
    try {
      assertThat(SystemUser.name()).isEqualTo(kernels).isNotEqualTo("ann");
    } finally {
      System.setProperty("user.name", before);
    }
  }
}
