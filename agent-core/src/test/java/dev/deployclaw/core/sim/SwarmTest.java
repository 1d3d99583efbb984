package dev.deployclaw.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.schedule.SwarmRun;
import dev.deployclaw.testkit.Slow;
import java.util.HashSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Everything at once, by seeds: a fixed set that never changes, and a fresh one each time. {@code
 * -Dsim.seeds=100000} makes both longer.
 */
class SwarmTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 300);

  /** Those of the fast tier are few. */
  private static final int FEW = 25;

  private static final int FEW_TWICE = 5;

  /** How many are played twice. */
  private static final int TWICE = 100;

  @Test
  void aFewFixedSeedsEndAtRest() {
    var findings = new SimulationFindings();

    LongStream.rangeClosed(1, FEW).forEach(findings::play);

    findings.assertNone("swarms, the first seeds");
  }

  @Test
  void aFewSeedsGiveTheSameTrace() {
    assertSameTraces(FEW_TWICE);
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.SwarmTest#aFewFixedSeedsEndAtRest",
      because = "it plays hundreds of swarms")
  @Test
  void fixedSeedsEndAtRest() {
    var findings = new SimulationFindings();

    LongStream.rangeClosed(FEW + 1, SEEDS).forEach(findings::play);

    findings.assertNone("swarms, seeds from " + (FEW + 1));
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.SwarmTest#aFewFixedSeedsEndAtRest",
      because = "it plays hundreds of swarms")
  @Test
  void freshSeedsEndAtRest() {
    long base = Long.getLong("sim.base", System.nanoTime() & 0xFFFF_FFFFL);
    System.out.println("fresh seeds from " + base + ", again by -Dsim.base=" + base);
    var findings = new SimulationFindings();

    LongStream.range(base, base + SEEDS).forEach(findings::play);

    findings.assertNone("swarms, seeds from " + base);
  }

  @Slow(
      guard = "dev.deployclaw.core.sim.SwarmTest#aFewSeedsGiveTheSameTrace",
      because = "it plays a hundred swarms twice")
  @Test
  void theSameSeedGivesTheSameTrace() {
    assertSameTraces(TWICE);
  }

  private static void assertSameTraces(int seeds) {
    var hashes = new HashSet<Long>();

    for (long seed = 1; seed <= seeds; seed++) {
      long once = SwarmRun.play(seed, BugInjector.NONE, EventTrace.hashed()).hash();
      long again = SwarmRun.play(seed, BugInjector.NONE, EventTrace.hashed()).hash();
      assertThat(again).as("seed %s", seed).isEqualTo(once);
      hashes.add(once);
    }

    assertThat(hashes).hasSize(seeds);
  }
}
