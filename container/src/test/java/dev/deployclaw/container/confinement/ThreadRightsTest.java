package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a right of a process, and what as a filter on it. */
class ThreadRightsTest {
  @TempDir Path folder;

  @Test
  void aCapabilityThatItCanTakeUpIsHeld() {
    var rights = ThreadRights.of(List.of("Uid:\t9\t9\t9\t9", "CapEff:\t0000", "CapPrm:\t00000002"));

    assertThat(rights.held()).containsExactly("dac_override");
  }

  /** Its folder is open and it ends: the list is empty. */
  @Test
  void aProcessWithoutThreadsIsNotKnown() throws IOException {
    Files.createDirectories(folder.resolve("task"));

    assertThatThrownBy(() -> ThreadRights.all(".." + folder)).isInstanceOf(IOException.class);
  }

  /** The kernel refuses an empty one, as it would refuse any where it has none. */
  @Test
  void aStartWithoutItsFilterIsNone() {
    var said = new ByteArrayOutputStream();
    try (var memory = Arena.ofConfined()) {
      var kernel = new NativeCall(Processor.here().orElseThrow(), memory);
      var launcher =
          new ConfinementLauncher(kernel, new PrintStream(said, true, StandardCharsets.UTF_8));

      assertThat(launcher.filters(new byte[0], NativeCall.TOLD)).isFalse();
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .startsWith("confinement: seccomp, ptrace: EINVAL");
  }
}
