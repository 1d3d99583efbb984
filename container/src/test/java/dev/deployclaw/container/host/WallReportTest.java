package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.container.confinement.IsolationProbe;
import dev.deployclaw.core.grant.GrantKey;
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
    var gaps = IsolationLayer.gaps(said);
    var seen = IsolationProbe.ofProcess(ProcessHandle.current().pid(), gaps);

    var wall = WallReport.of(List.of(), seen);

    assertThat(wall.enforced()).containsOnlyOnce("files", "exec", "tcp", "ptrace", "signals");
    assertThat(wall.missing())
        .containsEntry("library", "only root can mount")
        .containsKeys("user", "unix", "udp");
    assertThat(wall.missing().get("user")).as("this process's own").contains("the agent's own");
  }

  /** Another filter on the process, or another word of its own, changes nothing. */
  @Test
  void whatTheStartSaysIsOpenCountsForEachLayer() throws Exception {
    var process = new ProcessBuilder("setpriv", "--no-new-privs", "cat").start();
    try (var in = process.outputWriter();
        var out = process.inputReader()) {
      in.write("it runs\n");
      in.flush();
      assertThat(out.readLine()).isEqualTo("it runs");
      var open =
          IsolationLayer.gaps(Stream.of("no-new-privileges, ptrace: no", "unix, udp: by any"));

      var laid = WallReport.of(List.of(), IsolationProbe.ofProcess(process.pid(), Map.of()));
      var wall = WallReport.of(ALL, IsolationProbe.ofProcess(process.pid(), open));

      assertThat(laid.enforced()).contains("no-new-privileges", "ptrace");
      assertThat(wall.missing()).containsAllEntriesOf(open);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void manyLinesOfAStartHideNoLayer() throws Exception {
    String script =
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo confinement: /$i cannot be opened;"
            + " echo confinement: library: /$i is open; done >&2; echo confinement: files: no >&2";
    var process =
        HostProcess.start(List.of("/bin/sh", "-c", script), Map.of(), GrantKey.random(), _ -> {});

    process.awaitEnd();

    assertThat(process.gaps()).isEqualTo(Map.of("library", "/1 is open", "files", "no"));
  }

  @Test
  void aProcessThatIsNotThereHasNoRights() {
    assertThat(IsolationProbe.ofProcess(Integer.MAX_VALUE, Map.of()))
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
