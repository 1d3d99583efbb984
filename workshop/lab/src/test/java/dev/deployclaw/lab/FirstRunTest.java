package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A first run that fails after its commit: what a person had set up by hand comes back. */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest#goesBackWhereAGatewayAsksNobody",
    because = "it starts an estate for one change that is taken back")
class FirstRunTest extends OwnLabCases {
  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
  }

  @Test
  void goesBackToWhatWasFound() {
    var found = files();
    var gateway = scene.gateway("gw-01");

    var ran =
        scene.runWith(
            "before probe.probe#1",
            () -> scene.inflict("unguard", gateway.name()),
            "run",
            DemoCommand.REQUEST);

    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(ran.json().path("result").asText()).isEqualTo("ROLLED_BACK");
    assertThat(ran.json().path("rollback_available").asBoolean()).isFalse();
    assertThat(files()).isEqualTo(found);
    new EstateObserver(scene).assertEveryoneActsOn(2, scene.active().path("digest").asText());
    var answer = gateway.ask("wonka", "/orders/1");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).doesNotContainKey("ratelimit");
  }

  private static List<String> files() {
    return scene.gateways().stream().map(FolderGatewayProbe::liveFile).toList();
  }
}
