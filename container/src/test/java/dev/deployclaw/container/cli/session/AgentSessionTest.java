package dev.deployclaw.container.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.core.fake.FakeEstate;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentSessionTest {
  @TempDir Path folder;

  @Test
  void ofSeveralThatWaitNoneIsGuessed() throws Exception {
    assertThat(AgentSession.named("last", () -> List.of("arch-1"))).isEqualTo("arch-1");
    assertThat(AgentSession.named("arch-2", List::of)).isEqualTo("arch-2");
    assertThatThrownBy(() -> AgentSession.named("last", () -> List.of("arch-1", "arch-2")))
        .hasMessageContaining("several wait: arch-1, arch-2");
    assertThatThrownBy(() -> AgentSession.named("last", List::of)).hasMessageContaining("none");
  }

  /** Its steps were shown as it went. */
  @Test
  void aTerminalIsToldTheEndAlone() throws Exception {
    var world = new FakeEstate();
    var ended = world.run("apply");
    var held = world.run("set acme 700 manually");

    assertThat(lines(world, ended.execution()))
        .hasSize(5)
        .first()
        .asString()
        .startsWith(ended.execution() + "  COMPLETED in ");
    assertThat(lines(world, ended.execution()))
        .contains(
            "Undo        deployclaw rollback " + ended.execution(),
            "Log         deployclaw log " + ended.execution());
    assertThat(lines(world, held.execution())).noneMatch(line -> line.startsWith("Undo"));
  }

  private List<String> lines(FakeEstate world, String execution) throws Exception {
    var records = world.ports().journal().read(execution);
    return LogTextRenderer.ending(ExecutionDocument.of(records, HeadSigner.open(folder)));
  }
}
