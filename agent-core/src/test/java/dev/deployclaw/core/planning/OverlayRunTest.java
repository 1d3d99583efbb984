package dev.deployclaw.core.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What requests changed beside the sources is known, shown, and never taken back unseen. */
class OverlayRunTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void aChangeThatTheSourceDoesNotSayIsAnOverlay() throws Exception {
    world.run("apply");

    var ended = world.run("set acme 700");

    var overlay = overlays().getFirst();
    assertThat(overlays()).hasSize(1);
    assertThat(overlay.tenants()).containsOnlyKeys("acme");
    assertThat(overlay.by().author()).isEqualTo("olivia");
    assertThat(overlay.by().reason()).isEqualTo("set acme 700");
    assertThat(overlay.by().execution()).isEqualTo(ended.execution());
  }

  @Test
  void whoIsChangedAnewIsUnderTheLatestOverlayOnly() throws Exception {
    world.run("apply");
    world.run("set zenith 70");
    for (int requests = 700; requests < 1700; requests += 100) {
      world.run("set acme " + requests);
    }

    assertThat(overlays())
        .extracting(o -> o.by().reason())
        .containsExactly("set zenith 70", "set acme 1600");
  }

  @Test
  void aPlanSaysWhatWouldLieOverWhichSource() throws Exception {
    world.run("apply");

    var planned = planned("set acme 700");

    assertThat(planned.plan().overlays().added()).containsEntry("acme", "policies/acme.yaml");
    assertThat(overlays()).isEmpty();
  }

  @Test
  void applyingShowsEachOverlayThatItWouldTakeBackAndHolds() throws Exception {
    world.run("apply");
    world.run("set acme 700");

    var planned = planned("apply");
    var ended = world.run("apply");

    assertThat(planned.plan().overlays().removed())
        .singleElement()
        .satisfies(o -> assertThat(o.text()).startsWith("acme: \"set acme 700\", asked by olivia"));
    assertThat(planned.risks()).singleElement().asString().contains("ends these overlays: acme");
    assertThat(ended.exit()).isEqualTo(ExitCode.HELD);
    assertThat(overlays()).hasSize(1);
  }

  @Test
  void anOverlayIsGoneOnceItsRemovalIsApproved() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    var held = world.run("apply");

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(overlays()).isEmpty();
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  @Test
  void applyingAnotherTenantLeavesItAlone() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 90));

    var ended = world.run("only zenith");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(overlays()).hasSize(1);
  }

  @Test
  void aSourceThatSaysTheSameByNowIsUnderNoOverlay() throws Exception {
    world.run("apply");
    world.run("set acme 700");

    world.sources.put(
        "acme.yaml",
        FakeSourcesExecutor.document("acme", 700)
            .replace("window: 1m", "window: 1m\n      burst: 600"));

    assertThat(overlays()).as("the burst stays as it was").isEmpty();
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  @Test
  void aWayBackBringsBackTheOverlaysOfThen() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.run("set zenith 70");
    assertThat(overlays()).hasSize(2);

    world.agent().rollback("last", "olivia");

    assertThat(overlays())
        .singleElement()
        .satisfies(o -> assertThat(o.tenants()).containsOnlyKeys("acme"));
  }

  @Test
  void aChangeThatGoesBackByItselfLeavesNone() throws Exception {
    world.run("apply");
    world.probe.fail("wrong");

    var ended = world.run("set acme 700");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(overlays()).isEmpty();
  }

  @Test
  void aSourceThatWasEditedSinceIsSaidToBeUnapplied() throws Exception {
    world.run("apply");
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 90));

    var truth = world.queries().scan().truth();

    assertThat(truth.overlays()).isEmpty();
    assertThat(truth.unapplied())
        .containsExactly("zenith: policies/zenith.yaml says something else");
  }

  private List<Overlay> overlays() throws InterruptedException {
    return world.queries().scan().truth().overlays();
  }

  private PlanPreviewReport.Planned planned(String text) throws InterruptedException {
    return (PlanPreviewReport.Planned) world.agent().plan(world.request(text));
  }
}
