package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.Binaries;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnNetworkTest {
  @Test
  void tellsAProcessInANamespaceOfItsOwnFromOthers() throws Exception {
    String usual = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    var apart =
        new ProcessBuilder(
                Binaries.find("unshare"), "--net", "sh", "-c", "echo there; exec sleep 60")
            .start();
    try (var out =
        new BufferedReader(new InputStreamReader(apart.getInputStream(), StandardCharsets.UTF_8))) {
      assumeTrue("there".equals(out.readLine()), "no namespaces may be made here");

      var own = new OwnNetwork(Optional.of(usual));
      assertThat(own.holds(apart.pid())).isTrue();
      assertThat(own.holds(ProcessHandle.current().pid())).isFalse();
      assertThat(new OwnNetwork(Optional.empty()).holds(apart.pid())).isFalse();
    } finally {
      apart.destroyForcibly().waitFor();
    }
  }

  @Test
  void leavesOutWhatCutsLinksInTheUsualNetworkAndSaysWhy() {
    var usual = new OwnNetwork(Optional.empty());
    var said = new ArrayList<String>();

    var possible = usual.possible(Arrays.asList(Kind.values()), said::add);

    assertThat(possible).doesNotContain(Kind.LINK, Kind.FAILOVER).contains(Kind.STEP, Kind.DISK);
    assertThat(said)
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("network namespace", "root"));
    assertThat(usual.possible(List.of(Kind.STEP), said::add)).containsExactly(Kind.STEP);
  }
}
