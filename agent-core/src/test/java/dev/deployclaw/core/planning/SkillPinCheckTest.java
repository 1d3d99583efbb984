package dev.deployclaw.core.planning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.Rollback;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Skills that change while an agent serves, or while a change waits for a person. */
class SkillPinCheckTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SkillRefusal CHANGED =
      new SkillRefusal(
          "orchestrate",
          "changed since it was pinned",
          Optional.of("3c6e"),
          Optional.of("91ab"),
          "read it, then pin it again");

  private final FakeEstate world = new FakeEstate();
  private final Shelf shelf = new Shelf();

  /** The world's own skills, until one is edited or pinned anew. */
  private static final class Shelf implements ProcedureRegistry {
    private Optional<SkillRefusal> refusal = Optional.empty();
    private String pinned = "00";

    @Override
    public Procedure of(TaskOperation operation) {
      var procedure =
          operation == TaskOperation.REPAIR_DRIFT ? FakeEstate.REPAIR : FakeEstate.PROCEDURE;
      return procedure.pinned(pinned);
    }

    @Override
    public Activated activate(TaskOperation operation) {
      return refusal
          .<Activated>map(Activated.Refused::new)
          .orElseGet(() -> new Activated.Ready(of(operation)));
    }
  }

  @Test
  void aChangedSkillEndsItsExecutionBeforeAnythingIsWritten() throws Exception {
    shelf.refusal = Optional.of(CHANGED);

    var ended = agent().run(world.request("apply"));

    assertThat(ended.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).isEqualTo(CHANGED.text());
    assertTold(ended.execution());
    assertThat(world.store.list(StoreKeys.CHANGES)).isEmpty();
    assertThat(world.redis.staged()).isEmpty();
  }

  @Test
  void nothingIsPlannedByAChangedSkill() throws Exception {
    shelf.refusal = Optional.of(CHANGED);

    assertThat(agent().plan(world.request("apply")))
        .isEqualTo(new PlanPreviewReport.Refused(ExitCode.REFUSED, CHANGED.text()));
  }

  @Test
  void aLookARepairAndAWayBackAreNoExceptions() throws Exception {
    agent().run(world.request("apply"));
    agent().run(world.request("set acme 700"));
    shelf.refusal = Optional.of(CHANGED);

    var scan = agent().run(world.request("scan"));
    var repair = agent().repair(world.request("repair"));
    var back = agent().rollback(Rollback.LAST, "olivia");

    for (var ended : List.of(scan, repair, back)) {
      assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.REFUSED);
      assertTold(ended.execution());
    }
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
  }

  @Test
  void watchingIsNotBlindedByAChangedSkill() throws Exception {
    agent().run(world.request("apply"));
    shelf.refusal = Optional.of(CHANGED);

    assertThat(agent().queries().scan().looks()).containsKey("redis.topology");
    assertThat(agent().queries().drift().exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aHeldChangeWhoseSkillChangedEndsRefusedAndLeavesNothing() throws Exception {
    var held = agent().run(world.request("apply manually"));
    assertThat(world.redis.staged()).containsExactly(1L);
    shelf.refusal = Optional.of(CHANGED);

    var ended = agent().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.cause()).contains(AbortCause.SKILL_REFUSED);
    assertTold(held.execution());
    assertThat(world.active()).isEmpty();
    assertThat(world.redis.staged()).isEmpty();
  }

  @Test
  void aHeldChangeWhoseSkillWasPinnedAnewIsStale() throws Exception {
    var held = agent().run(world.request("apply manually"));
    shelf.pinned = "11";

    var ended = agent().approve(held.execution(), "ann");

    assertThat(ended.cause()).as(ended.reason()).contains(AbortCause.STALE);
    assertThat(ended.reason())
        .contains("guard skill: observed orchestrate of 11, expected orchestrate of 00");
    assertThat(world.active()).isEmpty();
    assertThat(world.redis.staged()).isEmpty();
  }

  @Test
  void aHeldChangeGoesOnByTheSkillThatItWasPlannedBy() throws Exception {
    var held = agent().run(world.request("apply manually"));
    var followed = world.change(held.execution()).orElseThrow().followed().orElseThrow();

    var ended = agent().approve(held.execution(), "ann");

    assertThat(followed.skill()).isEqualTo("orchestrate");
    assertThat(followed.sha256()).isEqualTo("00");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  private void assertTold(String execution) throws IOException {
    var told = new ArrayList<JsonNode>();
    for (byte[] bytes : world.journal.read(execution)) {
      var thought = JSON.readTree(bytes);
      if (thought.path("action").asText().equals("Refusing a skill")) {
        told.add(thought);
      }
    }
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().path("detail").asText()).isEqualTo(CHANGED.text());
    var facts = told.getFirst().path("facts");
    assertThat(facts.path("skill").asText()).isEqualTo("orchestrate");
    assertThat(facts.path("pinned").asText()).isEqualTo("3c6e");
    assertThat(facts.path("found").asText()).isEqualTo("91ab");
    assertThat(facts.path("remedy").asText()).isEqualTo("read it, then pin it again");
  }

  private ChangeService agent() {
    var p = world.ports();
    var ports =
        new AgentPorts(
            p.state(),
            p.objects(),
            p.executors(),
            p.sealer(),
            p.journal(),
            p.planner(),
            shelf,
            p.time(),
            p.writers(),
            p.sets());
    return new ChangeService(ports, world.settings("agent"), ProgressListener.NONE);
  }
}
