package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RandomHistory.Step;
import dev.deployclaw.policy.redis.RandomHistory.Tally;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Redis function against the reference model, step by step over a million decisions in long
 * random histories. Every tenth epoch's library is lost ({@code FUNCTION FLUSH}), and the same
 * decisions are made by script.
 */
class FunctionAgreementTest {
  private static final int HISTORIES = 500;

  /** Those of the fast tier. */
  private static final int FEW = 15;

  private static final int EPOCHS = 12;
  private static final int STEPS = 200;
  private static final long FEWEST_OF_EACH = 10_000;

  @TempDir static Path folder;
  @AutoClose private static SingleNodeRedis shard;

  @BeforeAll
  static void start() {
    shard = SingleNodeRedis.start(folder);
  }

  @Test
  void functionAgreesWithTheReferenceOnTensOfThousandsOfSteps() {
    assertAgreement(FEW);
  }

  @Slow(
      guard =
          "dev.deployclaw.policy.redis.FunctionAgreementTest#functionAgreesWithTheReferenceOnTensOfThousandsOfSteps",
      because = "Redis makes a million decisions")
  @Test
  void functionAgreesWithTheReferenceOnEveryStep() {
    assertAgreement(HISTORIES);
  }

  private static void assertAgreement(int histories) {
    var tally = new Tally();

    SeededLoop.run(histories, (seed, random) -> live("history-" + seed, random, tally));

    long fewest = FEWEST_OF_EACH * histories / HISTORIES;
    System.out.println("agreement of function and model: " + tally);
    assertThat(tally.of("decisions")).isGreaterThanOrEqualTo(2_000L * histories);
    assertThat(Arrays.stream(LimitAlgorithm.values()).map(a -> tally.of(a.word())))
        .allMatch(n -> n > fewest);
    assertThat(List.of("admitted", "refused", "shadow", "released", "by script"))
        .allMatch(what -> tally.of(what) > fewest);
  }

  private static void live(String name, RandomGenerator random, Tally tally) {
    shard.redis().flushAll();
    var history = new RandomHistory(name, "shop", random, tally);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      var held = new EpochPolicySet(epoch, "%064x".formatted(epoch), history.set());
      shard.activate(held);
      var steps = history.steps(held, STEPS);
      var script = script(held, random);
      if (script.isPresent()) {
        shard.redis().functionFlush();
        steps.forEach(_ -> tally.count("by script"));
      }
      var answers = shard.all(steps.stream().map(Step::said).toList(), script);
      for (int i = 0; i < steps.size(); i++) {
        steps.get(i).check(answers.get(i), name + ", epoch " + epoch + ", step " + i);
      }
    }
  }

  private static Optional<Constants> script(EpochPolicySet held, RandomGenerator random) {
    return random.nextInt(10) == 0
        ? Optional.of(
            new Constants(1, held.epoch(), held.digest(), held.epoch() - 1, 0, Optional.empty()))
        : Optional.empty();
  }
}
