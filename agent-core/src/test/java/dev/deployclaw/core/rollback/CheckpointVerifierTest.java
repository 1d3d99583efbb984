package dev.deployclaw.core.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A checkpoint is read again, hashed and rehearsed; nothing is written. */
class CheckpointVerifierTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void saysWhatAWayBackWouldDoAndDoesNothing() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    var second = world.run("set acme 700");
    world.gateway.tamper("two", first);
    var before = world.store.list("");
    var live = world.gateway.live();

    var answer = world.queries().verifyCheckpoint("last");

    assertThat(answer.exit()).as(answer.reason()).isEqualTo(ExitCode.OK);
    assertThat(answer.execution()).isEqualTo(second.execution());
    assertThat(answer.rollback()).isEqualTo(CheckpointReport.POSSIBLE);
    assertThat(member(answer, "redis/a").word()).isEqualTo("restore");
    assertThat(member(answer, "redis/a").detail())
        .contains("to " + first.substring(0, 12), "policies of epoch 1");
    assertThat(member(answer, "gateway/two").word()).isEqualTo("keep");
    assertThat(answer.facts()).containsEntry("observed_sha256", answer.facts().get("sha256"));
    assertThat(world.store.list("")).isEqualTo(before);
    assertThat(world.gateway.live()).isEqualTo(live);
  }

  @Test
  void findsAnObjectThatWasAltered() throws Exception {
    var first = world.run("apply");
    world.objects.alter(object(first), new byte[] {1});

    var answer = world.queries().verifyCheckpoint(first.execution());

    assertThat(answer.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(answer.reason()).contains("its object hashes to", "expected");
    assertThat(answer.members()).isEmpty();
  }

  @Test
  void findsAMarkerThatIsGoneOrNamesAnother() throws Exception {
    var first = world.run("apply");
    world.store.put(StoreKeys.checkpoint(1), new byte[] {1});

    assertThat(world.queries().verifyCheckpoint("last").reason()).contains("names another object");
    world.store.delete(StoreKeys.checkpoint(1));
    var gone = world.queries().verifyCheckpoint(first.execution());

    assertThat(gone.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(gone.reason()).contains("checkpoint/1 is gone");
  }

  @Test
  void cannotTellWhileTheObjectStoreIsAway() throws Exception {
    world.run("apply");
    world.objects.reachable(false);

    var answer = world.queries().verifyCheckpoint("last");

    assertThat(answer.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(answer.reason()).contains("no route to the bucket");
  }

  @Test
  void namesWhoCannotBeAsked() throws Exception {
    world.run("apply");
    world.gateway.stop("two");

    var answer = world.queries().verifyCheckpoint("last");

    assertThat(answer.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(answer.reason()).contains("can't be asked now: gateway/two");
    assertThat(member(answer, "gateway/two").word()).isEqualTo("unreachable");
    assertThat(member(answer, "gateway/one").detail())
        .contains("the state before the first change");
  }

  @Test
  void saysWhyARollbackWouldBeRefused() throws Exception {
    var first = world.run("apply");
    world.run("set acme 700");

    var answer = world.queries().verifyCheckpoint(first.execution());

    assertThat(answer.exit()).isEqualTo(ExitCode.OK);
    assertThat(answer.rollback()).contains("isn't the committed change");
  }

  @Test
  void knowsNoCheckpointOfWhatNeverWas() throws Exception {
    assertThat(world.queries().verifyCheckpoint("last").exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(world.queries().verifyCheckpoint("arch-none").exit()).isEqualTo(ExitCode.REFUSED);
    world.store.reachable(false);
    assertThat(world.queries().verifyCheckpoint("last").exit()).isEqualTo(ExitCode.UNREACHABLE);
  }

  private String object(RequestOutcome ended) {
    return world.change(ended.execution()).orElseThrow().checkpoint().orElseThrow().object();
  }

  private static CheckpointReport.Member member(CheckpointReport answer, String name) {
    return List.copyOf(answer.members()).stream()
        .filter(m -> m.member().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
