package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestRunTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void carriesARequestThroughAllSixSteps() throws Exception {
    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.exit()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    assertThat(summaries(ended.execution())).isEqualTo(6);
    world.assertAtRest();
  }

  @Test
  void endsItsLogWithWhatTheDocumentNeeds() throws Exception {
    var ended = world.run("apply");

    String last =
        new String(world.journal.read(ended.execution()).getLast(), StandardCharsets.UTF_8);
    assertThat(last)
        .contains("\"phase\":\"end\"")
        .contains("\"result\":\"COMPLETED\"")
        .contains("\"rollback_available\":true")
        .contains("\"s3\":\"s3://fake/checkpoints/")
        .contains("\"etcd\":\"checkpoint/1\"")
        .contains("\"phases_us\":{")
        .contains("\"refused\":170");
  }

  @Test
  void changesNothingWhereNothingWouldChange() throws Exception {
    world.run("apply");

    var again = world.run("apply");

    assertThat(again.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(again.exit()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    world.assertAtRest();
  }

  @Test
  void setsOneLimitOnTopOfWhatIsCommitted() throws Exception {
    world.run("apply");

    var ended = world.run("set acme 1200");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
    assertThat(world.active().orElseThrow().predecessor()).isEqualTo(1);
    world.assertAtRest();
  }

  @Test
  void collectsEpochsThatNobodyNeeds() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.run("set acme 800");

    world.run("set acme 900");

    assertThat(world.redis.staged()).containsExactlyInAnyOrder(3L, 4L);
    assertThat(world.store.list("policy/1/")).isEmpty();
    assertThat(world.store.list("policy/3/")).isNotEmpty();
    world.assertAtRest();
  }

  @Test
  void asksBackRatherThanGuess() throws Exception {
    var ended = world.run("do something");

    assertThat(ended.exit()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
    assertThat(ended.questions()).containsExactly("What is meant?");
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
  }

  @Test
  void refusesGuardsThatItCannotKeep() throws Exception {
    var ended = world.run("back canary 10");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("a canary of rollback");
  }

  @Test
  void aDryRunTouchesNothing() throws Exception {
    var ended = world.run("dry run");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(world.store.get("epoch")).isEmpty();
    assertThat(world.redis.staged()).isEmpty();
  }

  @Test
  void plansWithoutATrace() throws Exception {
    var answer = world.agent().plan(world.request("apply"));
    var again = world.agent().plan(world.request("apply"));

    assertThat(answer).isInstanceOf(PlanPreviewReport.Planned.class);
    assertThat(((PlanPreviewReport.Planned) answer).plan().hash())
        .isEqualTo(((PlanPreviewReport.Planned) again).plan().hash());
    assertThat(world.journal.executions()).isEmpty();
    assertThat(world.store.get("term")).isEmpty();
  }

  @Test
  void leavesATenantWithAnInvalidPolicyAsItIs() throws Exception {
    world.run("apply");
    world.sources.put(
        "acme.yaml", FakeSourcesExecutor.document("acme", 600).replace("window: 1m", "window: 1"));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 90));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(log(ended.execution())).contains("tenant acme keeps its committed policy");
    world.assertAtRest();
  }

  @Test
  void changesNothingWhenTheNamedTenantIsInvalid() throws Exception {
    world.run("apply");
    world.sources.put(
        "acme.yaml", FakeSourcesExecutor.document("acme", 600).replace("window: 1m", "window: 1"));

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void keepsATenantWhoseSourceMayOnlyBeUnreadable() throws Exception {
    world.run("apply");
    world.sources.remove("acme.yaml");
    world.sources.unreadable("acme.yaml");

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  @Test
  void scanSaysWhatIsWrong() throws Exception {
    world.sources.put("broken.yaml", "kind: Nonsense");

    var seen = world.queries().scan();

    assertThat(seen.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(seen.problems()).isNotEmpty();
  }

  @Test
  void statusSaysWhereThingsStand() throws Exception {
    world.run("apply");

    var status = world.queries().status();

    assertThat(status.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(status.rollbackAvailable()).isTrue();
    assertThat(status.held()).isEmpty();
    assertThat(status.open()).isEmpty();
  }

  private long summaries(String execution) {
    return world.journal.read(execution).stream()
        .map(r -> new String(r, StandardCharsets.UTF_8))
        .filter(r -> r.contains("\"summary\":true"))
        .count();
  }

  private List<String> records(String execution) {
    return world.journal.read(execution).stream()
        .map(r -> new String(r, StandardCharsets.UTF_8))
        .toList();
  }

  private String log(String execution) {
    return String.join("\n", records(execution));
  }
}
