package dev.deployclaw.core.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.policy.json.CanonicalJson;
import org.junit.jupiter.api.Test;

/** A snapshot keeps what stands, and changes nothing. */
class SnapshotTakerTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void keepsWhatIsCommittedAndHeldUnderItsHash() throws Exception {
    world.run("apply");
    var digest = world.active().orElseThrow().digest();
    var before = world.objects.checkpoints();
    var live = world.gateway.live();

    var ended = world.run("snapshot");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    var fresh = world.objects.checkpoints().stream().filter(n -> !before.contains(n)).toList();
    assertThat(fresh).hasSize(1);
    byte[] bytes = ((Get.Found) world.objects.read(fresh.getFirst())).bytes();
    assertThat(fresh.getFirst()).isEqualTo("checkpoints/" + CanonicalJson.sha256(bytes) + ".json");
    var file = CheckpointFile.read(bytes);
    assertThat(file.set().orElseThrow().digest()).isEqualTo(digest);
    assertThat(file.base().epoch()).isEqualTo(1);
    assertThat(file.observation().of("gateway", "gateway/two")).isPresent();
    assertThat(world.active().orElseThrow().digest()).isEqualTo(digest);
    assertThat(world.gateway.live()).isEqualTo(live);
    assertThat(world.change(ended.execution())).as("no change is opened").isEmpty();
  }

  @Test
  void itsObjectIsProvenByItsId() throws Exception {
    world.run("apply");
    var taken = world.run("snapshot");
    world.run("set acme 700");

    var answer = world.queries().verifyCheckpoint(taken.execution());

    assertThat(answer.exit()).as(answer.reason()).isEqualTo(ExitCode.OK);
    assertThat(answer.facts()).containsEntry("observed_sha256", answer.facts().get("sha256"));
    assertThat(answer.rollback()).contains("a snapshot isn't a change");
  }

  @Test
  void oneThatWasAlteredTakenAwayOrCanNotBeReadIsNotProven() throws Exception {
    world.run("apply");
    var taken = world.run("snapshot").execution();
    var object = world.queries().verifyCheckpoint(taken).facts().get("sha256");
    String name = "checkpoints/" + object + ".json";

    world.objects.reachable(false);
    var away = world.queries().verifyCheckpoint(taken);
    world.objects.reachable(true);
    world.objects.alter(name, new byte[] {1});
    var altered = world.queries().verifyCheckpoint(taken);

    assertThat(away.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(altered.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(altered.reason()).contains("its object hashes to", "expected " + object);
    assertThat(world.agentElsewhere().queries().verifyCheckpoint(taken).exit())
        .as("without its log nobody knows what it was")
        .isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void isTakenBeforeTheFirstChangeToo() throws Exception {
    var ended = world.run("snapshot");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    var name = world.objects.checkpoints().iterator().next();
    var file = CheckpointFile.read(((Get.Found) world.objects.read(name)).bytes());
    assertThat(file.set()).isEmpty();
    assertThat(file.observation().of("gateway", "gateway/two")).isPresent();
  }

  @Test
  void isNotDoneWhereNothingCanBeStored() throws Exception {
    world.run("apply");
    world.objects.reachable(false);

    var ended = world.run("snapshot");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.reason()).contains("no snapshot was taken", "no route to the bucket");
  }

  @Test
  void isNotDoneWhileItWaitsToBeStored() throws Exception {
    world.run("apply");
    world.objects.reachable(false);
    var kept = world.objects.keeping();

    var ended = world.run("snapshot");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.FAILED);
    assertThat(ended.reason()).contains("is incomplete", "until it can be stored");
    assertThat(kept).isNotEmpty();
  }
}
