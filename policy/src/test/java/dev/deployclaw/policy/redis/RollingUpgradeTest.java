package dev.deployclaw.policy.redis;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RandomHistory.Step;
import dev.deployclaw.policy.redis.RandomHistory.Tally;
import dev.deployclaw.testkit.SeededLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two versions beside each other on the same counters: this library and the one before counters had
 * their numbers at fixed places, each also as the script of a service whose shard lost its library.
 * The versions take turns every few steps, and each step equals the reference model: nothing that
 * one charged is lost or counted twice by the other, in whatever order services and library are
 * upgraded, or taken back.
 */
class RollingUpgradeTest {
  private static final String COUNTING = resource("earlier-counting.lua");
  private static final String BODY = COUNTING + "\n" + resource("earlier-decide.lua");
  private static final int HISTORIES = 25;
  private static final int EPOCHS = 6;
  private static final int TURNS = 12;
  private static final int MOST_STEPS = 9;

  @TempDir static Path folder;
  @AutoClose private static SingleNodeRedis shard;

  @BeforeAll
  static void start() {
    shard = SingleNodeRedis.start(folder);
  }

  private enum Version {
    LIBRARY,
    SCRIPT,
    EARLIER_LIBRARY,
    EARLIER_SCRIPT
  }

  @Test
  void versionsThatTakeTurnsAgreeWithTheReferenceOnEveryStep() {
    var tally = new Tally();

    SeededLoop.run(HISTORIES, (seed, random) -> live("upgrade-" + seed, random, tally));

    for (var version : Version.values()) {
      assertThat(tally.of(version.name())).as(version.name()).isGreaterThan(1_000);
    }
    assertThat(tally.of("admitted")).isGreaterThan(1_000);
  }

  private static void live(String name, RandomGenerator random, Tally tally) {
    shard.redis().flushAll();
    var history = new RandomHistory(name, "shop", random, tally);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      var held = new EpochPolicySet(epoch, "%064x".formatted(epoch), history.set());
      shard.stage(held);
      for (int turn = 0; turn < TURNS; turn++) {
        var version = Version.values()[random.nextInt(Version.values().length)];
        var constants = new Constants(1, epoch, held.digest(), epoch - 1, 0, Optional.empty());
        var steps = history.steps(held, 1 + random.nextInt(MOST_STEPS));
        load(version, constants);
        for (int i = 0; i < steps.size(); i++) {
          steps
              .get(i)
              .check(
                  answer(version, constants, steps.get(i)),
                  name + ", epoch " + epoch + ", " + version + ", step " + i);
          tally.count(version.name());
        }
      }
    }
  }

  private static void load(Version version, Constants constants) {
    switch (version) {
      case LIBRARY -> shard.load(constants);
      case EARLIER_LIBRARY -> shard.redis().functionLoadReplace(earlier(constants));
      case SCRIPT, EARLIER_SCRIPT -> shard.redis().functionFlush();
    }
  }

  private static Object answer(Version version, Constants constants, Step step) {
    String function = step.said().function();
    List<String> keys = step.said().words().keys();
    List<String> arguments = step.said().words().arguments();
    boolean decides = function.equals(FunctionLibrary.DECIDE);
    return switch (version) {
      case LIBRARY, EARLIER_LIBRARY -> shard.redis().fcall(function, keys, arguments);
      case SCRIPT ->
          shard
              .redis()
              .eval(
                  decides ? FunctionLibrary.script(constants) : FunctionLibrary.releaseScript(),
                  keys,
                  arguments);
      case EARLIER_SCRIPT ->
          shard
              .redis()
              .eval(
                  decides
                      ? constants(constants) + BODY + "\nreturn decide(KEYS, ARGV)\n"
                      : COUNTING + "\nreturn release(KEYS, ARGV)\n",
                  keys,
                  arguments);
    };
  }

  private static String earlier(Constants constants) {
    return "#!lua name="
        + FunctionLibrary.NAME
        + "\n"
        + constants(constants)
        + BODY
        + "\nredis.register_function('"
        + FunctionLibrary.DECIDE
        + "', decide)\n"
        + "redis.register_function('"
        + FunctionLibrary.RELEASE
        + "', release)\n";
  }

  /** The first lines of a script, which haven't changed. */
  private static String constants(Constants constants) {
    return FunctionLibrary.script(constants).lines().limit(2).reduce("", (a, b) -> a + b + "\n");
  }

  private static String resource(String name) {
    try (var in = RollingUpgradeTest.class.getResourceAsStream(name)) {
      return new String(requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
