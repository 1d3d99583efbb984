package dev.deployclaw.testkit;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Runs a test body once for each of many seeds and names the seed that failed. {@code -Dseed=S}
 * runs one seed only, {@code -Dseed.count=N} changes how many there are.
 */
public final class SeededLoop {
  private static final String ALGORITHM = "L64X128MixRandom";

  private SeededLoop() {}

  /** What is run with each seed. */
  @FunctionalInterface
  public interface Body {
    void run(long seed, RandomGenerator random) throws Exception;
  }

  /** Runs seeds {@code base} to {@code base + count - 1}; the error names the first that fails. */
  public static void run(long base, int count, Body body) {
    Long only = Long.getLong("seed");
    if (only != null) {
      runOne(only, body);
      return;
    }
    int times = Integer.getInteger("seed.count", count);
    for (int i = 0; i < times; i++) {
      runOne(base + i, body);
    }
  }

  public static void run(int count, Body body) {
    run(1, count, body);
  }

  /** The generator that the body gets for a seed; the same on every machine. */
  public static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of(ALGORITHM).create(seed);
  }

  private static void runOne(long seed, Body body) {
    try {
      body.run(seed, random(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("failed with seed " + seed + " (-Dseed=" + seed + " repeats it)", e);
    }
  }
}
