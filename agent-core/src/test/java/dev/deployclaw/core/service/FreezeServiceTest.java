package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FreezeServiceTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void stopsWhatIsNewAndSaysWhoAndWhy() throws Exception {
    var frozen = world.agent().freeze("olivia", "incident 4711");
    var stopped = world.run("apply");
    var thawed = world.agent().thaw("piet");

    assertThat(frozen.exit()).isEqualTo(ExitCode.OK);
    assertThat(frozen.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.log(frozen.execution()))
        .contains("Turning the kill switch")
        .doesNotContain("Applying", "\"summary\":true");
    assertThat(stopped.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(stopped.reason()).contains("olivia", "incident 4711", "deployclaw thaw");
    assertThat(thawed.reason()).contains("thawed", "olivia");
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void worksAgainstAnAgentThatLeads() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));

    assertThat(world.agent().freeze("olivia", "incident").exit()).isEqualTo(ExitCode.OK);
    assertThat(world.queries().status().frozen()).map(FreezeRecord::by).contains("olivia");
  }

  @Test
  void keepsTheFirstWord() throws Exception {
    world.agent().freeze("olivia", "incident");

    var again = world.agent().freeze("piet", "other");

    assertThat(again.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(again.reason()).contains("frozen already by olivia").contains("incident");
    assertThat(world.queries().status().frozen()).map(FreezeRecord::by).contains("olivia");
    assertThat(world.agent().thaw("piet").result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.agent().thaw("piet").result()).isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  @Test
  void readsWhatBecameOfALostAnswer() throws Exception {
    world.store.fate("freeze", Fate.APPLIED_ANSWER_LOST);

    var frozen = world.agent().freeze("olivia", "incident");

    assertThat(frozen.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().status().frozen()).isPresent();
  }

  @Test
  void triesAgainWhatWasLost() throws Exception {
    world.store.fate("freeze", Fate.LOST);

    assertThat(world.agent().freeze("olivia", "incident").result())
        .isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().status().frozen()).isPresent();
  }

  @Test
  void freezesWhateverStandsUnderTheKey() throws Exception {
    world.store.put("freeze", new byte[] {1});

    assertThat(world.run("apply").reason()).contains("kill switch").contains("by unknown");
    assertThat(world.agent().thaw("piet").exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void saysThatNobodyKnowsWhenTheStoreIsAwayBeforeItCanBeRead() throws Exception {
    world.store.fate("freeze", Fate.APPLIED_THEN_CUT);

    var frozen = world.agent().freeze("olivia", "incident");

    assertThat(frozen.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(frozen.reason()).contains("is unknown", "see status");
  }

  @Test
  void isTurnedThoughTheStoreIsAwayRightBehindIt() throws Exception {
    world.store.watch(store -> {
      if (store.get("freeze").isPresent()) {
        store.reachable(false);
      }
    });

    var frozen = world.agent().freeze("olivia", "incident");

    assertThat(frozen.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(frozen.execution()).isNotEmpty();
  }

  @Test
  void saysWhenTheStoreIsAway() throws Exception {
    world.store.reachable(false);

    var ended = world.agent().freeze("olivia", "incident");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.reason()).contains("can't be reached");
  }
}
