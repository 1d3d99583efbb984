package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CampaignNetworkTest {
  @Test
  void tellsAProcessInANamespaceOfItsOwnFromOthers() throws Exception {
    String usual = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    var apart =
        CommandRunner.of(
                ExecutableFinder.find("unshare"), "--net", "sh", "-c", "echo there; exec sleep 60")
            .start(Redirect.PIPE);
    try (var out = apart.inputReader()) {
      assumeTrue("there".equals(out.readLine()), "no namespaces may be made here");

      var own = new CampaignNetwork(Optional.of(usual));
      assertThat(own.holds(apart.pid())).isTrue();
      assertThat(own.holds(ProcessHandle.current().pid())).isFalse();
      assertThat(new CampaignNetwork(Optional.empty()).holds(apart.pid())).isFalse();
    } finally {
      apart.destroyForcibly().waitFor();
    }
  }

  @Test
  void leavesOutWhatCutsLinksInTheUsualNetworkAndSaysWhy() {
    var usual = new CampaignNetwork(Optional.empty());
    var said = new ArrayList<String>();

    var possible = usual.possible(Arrays.asList(TrialKind.values()), said::add);

    assertThat(possible)
        .doesNotContain(TrialKind.LINK, TrialKind.FAILOVER)
        .contains(TrialKind.STEP, TrialKind.DISK);
    assertThat(said)
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("network namespace", "root"));
    assertThat(usual.possible(List.of(TrialKind.STEP), said::add)).containsExactly(TrialKind.STEP);
  }
}
