package dev.deployclaw.core.change.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import org.junit.jupiter.api.Test;

/** What was edited after it was planned isn't committed as it was before. */
class SourceChangeCheckTest {
  private static final String EDITOR = "kubectl-edit at 2026-11-25T20:00:00Z";

  private final FakeEstate world = new FakeEstate();

  @Test
  void aSourceThatIsEditedDuringTheRunStopsIt() throws Exception {
    world.gateway.before("prepare", () -> edit("acme", 900));

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason())
        .isEqualTo(
            "policies/acme.yaml was changed since acme was planned, by "
                + EDITOR
                + ": plan again to use its present state");
    assertThat(world.active()).isEmpty();
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
    assertThat(world.store.list("policy/")).isEmpty();
    world.assertAtRest();
  }

  @Test
  void aSourceThatIsEditedWhileTheChangeIsHeldStopsItsApproval() throws Exception {
    var held = world.run("apply manually");
    edit("zenith", 90);

    var ended = world.agentElsewhere().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("policies/zenith.yaml was changed", EDITOR);
    assertThat(world.active()).isEmpty();
  }

  @Test
  void aDocumentThatMeansTheSameIsNoChange() throws Exception {
    world.gateway.before(
        "prepare",
        () ->
            world.sources.put(
                "acme.yaml", "# for the shop\n" + FakeSourcesExecutor.document("acme", 600)));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void whatTheChangeDoesNotTakeFromTheSourcesMayMove() throws Exception {
    world.run("apply");
    world.gateway.before("prepare", () -> edit("zenith", 90));

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().scan().truth().unapplied()).hasSize(1);
  }

  @Test
  void aDocumentThatIsBrokenMeanwhileIsNamed() throws Exception {
    world.gateway.before("prepare", () -> world.sources.put("acme.yaml", "spec: [\n"));

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason())
        .startsWith("the source of acme is no longer valid: policies/acme.yaml:2:1: not YAML");
  }

  @Test
  void aSourceThatCantBeReadAgainIsNotTakenForUnchanged() throws Exception {
    world.gateway.before(
        "prepare",
        () -> {
          world.sources.remove("acme.yaml");
          world.sources.unreadable("acme.yaml");
        });

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.reason()).contains("can't be read again: source/shop/acme.yaml");
    assertThat(world.active()).isEmpty();
  }

  @Test
  void aRemovalIsNotCommittedWhereTheSourcesCantBeReadAgain() throws Exception {
    world.run("apply");
    var before = world.active();
    world.sources.remove("zenith.yaml");
    var held = world.run("apply");
    world.sources.unreadable("zenith.yaml");

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.reason()).contains("can't be read again: source/shop/zenith.yaml");
    assertThat(world.active()).isEqualTo(before);
    world.assertAtRest();
  }

  @Test
  void aRemovalIsNotCarriedOutOfATenantThatIsBack() throws Exception {
    world.run("apply");
    world.sources.remove("zenith.yaml");
    var held = world.run("apply");
    edit("zenith", 60);

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason())
        .contains("policies/zenith.yaml was changed since zenith was planned");
  }

  private void edit(String tenant, long requests) {
    world.sources.edit(tenant + ".yaml", FakeSourcesExecutor.document(tenant, requests), EDITOR);
  }
}
