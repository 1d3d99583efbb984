package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.ratelimit.decision.LeaseWorld.Answer;
import dev.deployclaw.testkit.SeededLoop;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

/** Leases of services that lag behind, are cut off and are killed, each by itself. */
class LeaseFaultsTest {
  private static final int WORLDS = 100;
  private static final long SECOND = LeaseWorld.SECOND;
  private static final long MILLI = SECOND / 1_000;
  private static final long CHANGE = 2 * SECOND;
  private static final long END = 4 * SECOND;
  private static final Limit LIMIT = LeaseCases.busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);

  @Test
  void spendsOnlyWhatWasChargedWhateverHappens() {
    SeededLoop.run(
        WORLDS,
        (_, random) -> {
          var troubled = TroubledWorld.of(random, new ModelBackend());

          troubled.world().run();

          troubled.assertLaws();
        });
  }

  @Test
  void aServiceThatLagsBehindAPublishSpendsItsLeaseAndNoMore() {
    long over = CHANGE + LeaseCases.lease(LIMIT);
    var next = LeaseWorld.epoch(2, LIMIT);
    var world = pausing();
    world.at(CHANGE - MILLI, () -> world.commit(next));
    world.at(CHANGE - MILLI, () -> world.learn(1));
    world.at(CHANGE, () -> world.publish(next));

    world.run();

    assertAnswers(world, 0, CHANGE, over)
        .anyMatch(Answer::admitted)
        .allMatch(a -> a.epoch() == (a.admitted() ? 1 : 0));
    assertAnswers(world, 0, over, END).noneMatch(Answer::admitted);
    assertAnswers(world, 1, over, END).allMatch(a -> a.admitted() && a.epoch() == 2);
  }

  @Test
  void aServiceThatIsCutOffAloneSpendsItsLeaseAndNoMore() {
    long over = CHANGE + LeaseCases.lease(LIMIT);
    long healed = over + SECOND / 2;
    var held = new AtomicLong();
    var world = pausing();
    world.at(CHANGE, () -> held.set(inHand(world)));
    world.at(CHANGE, () -> world.cutOff(0, true));
    world.at(healed, () -> world.cutOff(0, false));

    world.run();

    assertThat(held).hasPositiveValue();
    assertAnswers(world, 0, CHANGE, over)
        .anyMatch(Answer::admitted)
        .hasSizeLessThan((int) held.get());
    assertAnswers(world, 0, over, healed).noneMatch(Answer::admitted);
    assertAnswers(world, 0, healed + LeaseCases.ROUND_TRIP, END).allMatch(Answer::admitted);
    assertAnswers(world, 1, 0, END).allMatch(Answer::admitted);
  }

  /** Two services, of which one has more in hand than it is asked for after the change. */
  private static LeaseWorld pausing() {
    var world = new LeaseWorld(2, LeaseWorld.epoch(1, LIMIT), SeededLoop.random(7));
    long over = CHANGE + LeaseCases.lease(LIMIT);
    ask(world, 0, 0, CHANGE, MILLI);
    ask(world, 0, CHANGE, over, 50 * MILLI);
    ask(world, 0, over, END, MILLI);
    ask(world, 1, 0, END, MILLI);
    return world;
  }

  private static void ask(LeaseWorld world, int service, long from, long until, long pause) {
    for (long at = from + 1; at <= until; at += pause) {
      world.at(at, () -> world.request(service));
    }
  }

  private static long inHand(LeaseWorld world) {
    return world.service(0).usage().map(ServiceUsage.Leases::inHand).orElse(0L);
  }

  private static ListAssert<Answer> assertAnswers(
      LeaseWorld world, int service, long after, long until) {
    var answers = world.answers().stream().filter(a -> isOf(a, service, after, until)).toList();
    return assertThat(answers).isNotEmpty();
  }

  private static boolean isOf(Answer answer, int service, long after, long until) {
    return answer.service() == service && answer.at() > after && answer.at() <= until;
  }
}
