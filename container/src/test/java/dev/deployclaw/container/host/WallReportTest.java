package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.container.confinement.IsolationProbe;
import dev.deployclaw.executors.wire.IsolationFinding;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What counts as a layer of a host's wall. */
class WallReportTest {
  private static final List<IsolationFinding> ALL =
      IsolationLayer.NAMES.stream().map(name -> new IsolationFinding(name, true, "tried")).toList();

  @Test
  void aHostThatReportsNothingHasNoLayer() {
    var wall = WallReport.of(List.of(), List.of());

    assertThat(wall.enforced()).isEmpty();
    assertThat(wall.missing()).containsOnlyKeys(IsolationLayer.NAMES);
  }

  @Test
  void aHostThatReportsAllHasAll() {
    var wall = WallReport.of(ALL, List.of());

    assertThat(wall.missing()).isEmpty();
    assertThat(wall.enforced()).containsExactlyElementsOf(IsolationLayer.NAMES);
  }

  @Test
  void aGapThatItsStarterSeesCountsWhateverTheHostSays() {
    var own = new IsolationLayer("user", false, "user 1000, the agent's own");

    var wall = WallReport.of(ALL, List.of(own));

    assertThat(wall.missing()).isEqualTo(Map.of("user", "user 1000, the agent's own"));
    assertThat(wall.enforced()).doesNotContain("user").contains("files");
  }

  @Test
  void aGapThatTheHostFindsCountsWhateverItsStarterLaid() {
    var found = List.of(new IsolationFinding("signals", false, "may signal the parent"));
    var laid = List.of(new IsolationLayer("signals", true, "laid at the start"));

    assertThat(WallReport.of(found, laid).missing())
        .containsEntry("signals", "may signal the parent");
  }

  @Test
  void aStarterVouchesForWhatAPluginDoesNotReport() {
    var said = Stream.of("library: only root can mount", "capability kill: it has it not", "hello");
    var seen = IsolationProbe.ofProcess(ProcessHandle.current().pid(), said);

    var wall = WallReport.of(List.of(), seen);

    assertThat(wall.enforced()).containsOnlyOnce("files", "exec", "tcp", "ptrace", "signals");
    assertThat(wall.missing())
        .containsEntry("library", "only root can mount")
        .containsKeys("user", "unix", "udp");
    assertThat(wall.missing().get("user")).as("this process's own").contains("the agent's own");
  }

  @Test
  void aProcessThatIsNotThereHasNoRights() {
    assertThat(IsolationProbe.ofProcess(Integer.MAX_VALUE, Stream.of()))
        .filteredOn(IsolationLayer::enforced)
        .extracting(IsolationLayer::name)
        .doesNotContain("user", "capabilities", "no-new-privileges", "seccomp");
  }

  @Test
  void oneLineMayNameSeveralLayers() {
    assertThat(
            IsolationLayer.gaps(Stream.of("files, exec: no Landlock here", "x cannot be opened")))
        .isEqualTo(Map.of("files", "no Landlock here", "exec", "no Landlock here"));
  }
}
