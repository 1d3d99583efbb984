package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.process.CommandRunner;
import org.junit.jupiter.api.Test;

class SystemUserTest {
  @Test
  void isWhoTheKernelSaysWhateverTheJvmWasTold() throws Exception {
    String kernels = CommandRunner.of("id", "-un").must();
    String before = System.setProperty("user.name", "ann");
    try {
      assertThat(CommandEnvironment.systemUser()).isEqualTo(kernels).isNotEqualTo("ann");
    } finally {
      System.setProperty("user.name", before);
    }
  }
}
