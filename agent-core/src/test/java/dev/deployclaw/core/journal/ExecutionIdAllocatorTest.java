package dev.deployclaw.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ExecutionIdAllocatorTest {
  private static final String PREFIX = "arch-2026-11-01-rate-limit-";

  private final FakeEstate world = new FakeEstate();

  @Test
  void anIdThatSomebodyFoundButDidNotTakeIsTakenOnce() throws Exception {
    var here = new ExecutionIdAllocator(world.ports());
    var elsewhere = elsewhere();
    assertThat(here.next(true)).isEqualTo(elsewhere.next(true));

    assertThat(here.take()).isEqualTo(PREFIX + "001");
    assertThat(elsewhere.take()).isEqualTo(PREFIX + "002");
  }

  @Test
  void agentsThatTakeIdsAtOnceTakeDifferentOnes() throws Exception {
    var agents = new ArrayList<Callable<String>>();
    for (int i = 0; i < 8; i++) {
      agents.add(elsewhere()::take);
    }
    var taken = new ArrayList<String>();

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> one : threads.invokeAll(agents)) {
        taken.add(one.get());
      }
    }

    assertThat(taken).doesNotHaveDuplicates().hasSize(8);
  }

  @Test
  void whoIsTurnedAwayHasAnotherIdThanWhoLeadsAndIsStillPlanning() throws Exception {
    try (var _ = world.store.stand("other", Duration.ofHours(1)).orElseThrow()) {
      String theirs = elsewhere().take();

      var ended = world.agentElsewhere().run(world.request("apply"));

      assertThat(ended.reason()).contains("another agent leads");
      assertThat(theirs).isEqualTo(PREFIX + "001");
      assertThat(ended.execution()).isEqualTo(PREFIX + "002");
    }
  }

  @Test
  void whereAnAnswerWasLostTheNextIsTaken() throws Exception {
    world.store.fate("reserved/" + PREFIX + "001", Fate.APPLIED_ANSWER_LOST);

    assertThat(elsewhere().take()).isEqualTo(PREFIX + "002");
  }

  @Test
  void withoutTheStoreOnlyThisMachineIsAsked() throws Exception {
    world.run("apply");
    world.store.reachable(false);
    var here = new ExecutionIdAllocator(world.ports());

    assertThat(here.local()).isEqualTo(PREFIX + "002");
    assertThatThrownBy(here::take).isInstanceOf(Unreachable.class);
  }

  /** On a machine that has no log. */
  private ExecutionIdAllocator elsewhere() {
    var here = world.ports();
    return new ExecutionIdAllocator(
        new AgentPorts(
            here.state(),
            here.objects(),
            here.executors(),
            here.sealer(),
            new FakeJournal(),
            here.planner(),
            here.procedures(),
            here.time()));
  }
}
