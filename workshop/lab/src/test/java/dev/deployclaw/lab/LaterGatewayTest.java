package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A gateway that is added to the configuration after the first change: every way back ends well.
 */
@Slow(
    guard = "dev.deployclaw.core.rollback.RollbackTest",
    because = "it goes back several times on a real estate")
class LaterGatewayTest extends OwnLabCases {
  private static final String LATER = "gw-03";

  private static EstateObserver witness;
  private static LabAgent before;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    witness = new EstateObserver(scene);
    before = scene.quickAgent(Map.of("DEPLOYCLAW_CONFIG", withoutTheLast().toString()));
  }

  @Test
  void goesBackAsOftenAsAskedToEpochsThatDoNotKnowIt() throws IOException {
    well(before.run("run", DemoCommand.REQUEST, "--json"));
    well(scene.run("rollback", "last"));
    assertUnmanaged(2);

    well(scene.run("run", DemoCommand.REQUEST));
    well(scene.run("rollback", "last"));
    assertUnmanaged(4);

    well(before.run("run", DemoCommand.REQUEST, "--json"));
    String digest = scene.active().path("digest").asText();
    well(scene.run("run", "set tyrell's checkout limit to 486 per minute, burst 80"));
    assertThat(scene.gateway(LATER).liveFile()).contains("auth_request");
    well(scene.run("rollback", "last"));
    witness.assertEveryoneActsOn(7, digest);
    assertThat(scene.gateway("gw-01").liveFile()).contains("auth_request");
    assertThat(scene.gateway(LATER).liveFile()).isEqualTo(handWritten(scene.gateway(LATER)));
  }

  private static void assertUnmanaged(long epoch) throws IOException {
    witness.assertEveryoneActsOn(epoch, PolicySet.EMPTY.digest());
    for (var gateway : scene.gateways()) {
      assertThat(gateway.liveFile()).as(gateway.name()).isEqualTo(handWritten(gateway));
    }
  }

  private static void well(LabAgent.Ran ran) {
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
  }

  private static String handWritten(FolderGatewayProbe gateway) throws IOException {
    return Files.readString(gateway.entry().folder().resolve("epochs/0/nginx.conf"));
  }

  private static Path withoutTheLast() throws IOException {
    String text = Files.readString(scene.lab().config());
    var file = scene.lab().folder().resolve("before.yaml");
    return Files.writeString(file, text.substring(0, text.indexOf("  - name: " + LATER + "\n")));
  }
}
