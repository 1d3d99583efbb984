package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Counter;
import dev.deployclaw.policy.decide.Decision;
import dev.deployclaw.policy.decide.Reference;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.testkit.SeededLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Redis function against the reference model, step by step over long random histories: both
 * algorithms, mixed costs, several limits at once, refusals, merged requests, changed limits and
 * algorithms, a clock that leaps, stands still and steps back.
 */
class FunctionAgreementTest {
  private static final int HISTORIES = 400;
  private static final int EPOCHS = 8;
  private static final int STEPS = 60;
  private static final long START = 1_800_000_000_000_000L;
  private static final long MOST = 1_000_000_000L;
  private static final long[] WINDOWS = {1, 7, 60, 300, 3_600, 2_592_000};

  @TempDir static Path folder;
  private static Shard shard;

  @BeforeAll
  static void start() {
    shard = Shard.start(folder);
  }

  @AfterAll
  static void stop() {
    shard.close();
  }

  @Test
  void functionAgreesWithTheReferenceOnEveryStep() {
    SeededLoop.run(HISTORIES, (seed, random) -> new History(seed, random).run());
  }

  /** One random life of a few counters. */
  private static final class History {
    private final String execution;
    private final RandomGenerator random;
    private final Map<String, Counter> counters = new HashMap<>();
    private long now = START;
    private long retry;

    History(long seed, RandomGenerator random) {
      this.execution = "history-" + seed;
      this.random = random;
    }

    void run() {
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        var held = new EpochSet(epoch, "%064x".formatted(epoch), set());
        shard.activate(held);
        var calls = new ArrayList<DecideCall>();
        var expected = new ArrayList<Decision>();
        for (int step = 0; step < STEPS; step++) {
          var call = step(held);
          calls.add(call);
          expected.add(decision(call));
        }
        var replies = shard.decideAll(calls);
        for (int step = 0; step < STEPS; step++) {
          assertThat(replies.get(step))
              .as("epoch %d, step %d: %s", epoch, step, calls.get(step))
              .isEqualTo(new Decided(epoch, expected.get(step)));
        }
      }
    }

    private DecideCall step(EpochSet held) {
      now = Math.max(START / 2, now + step());
      var subject =
          new Subject(
              "shop",
              new RequestShape("api", "/", "GET"),
              _ -> "",
              one(1, 4, MOST),
              Optional.of(execution));
      return new DecideCall(
          List.of(Claim.of(held, subject)), one(1, 20, 1_000_000), OptionalLong.of(now));
    }

    private Decision decision(DecideCall call) {
      var ask = call.claims().getFirst().ask(call.requests());
      var decision = Reference.decide(counters, ask, call.at().getAsLong());
      retry = decision.retryAfterMicros();
      return decision;
    }

    /** Mostly forward by any order of magnitude, often to just where a refusal ends. */
    private long step() {
      return switch (random.nextInt(10)) {
        case 0 -> 0;
        case 1, 2 -> retry == Decision.NEVER ? 1 : retry;
        case 3 -> retry == Decision.NEVER ? 1 : Math.max(0, retry - 1);
        case 4 -> -random.nextLong(magnitude());
        default -> random.nextLong(magnitude());
      };
    }

    private long magnitude() {
      return (long) Math.pow(10, random.nextInt(1, 13));
    }

    private PolicySet set() {
      var group = policy("group", Optional.empty(), List.of(limit("whole")));
      var shop = policy("shop", Optional.of("group"), List.of(limit("first"), limit("second")));
      return PolicySet.of(List.of(group, shop), List.of(), "");
    }

    private TenantPolicy policy(String name, Optional<String> parent, List<Limit> limits) {
      boolean blocked = random.nextInt(20) == 0;
      return new TenantPolicy(name, new TreeMap<>(), parent, blocked, BackendFailure.DENY, limits);
    }

    private Limit limit(String name) {
      long requests = random.nextInt(15) == 0 ? 0 : one(1 + random.nextInt(9), 1_000, MOST);
      return new Limit(
          name,
          Match.ANY,
          List.of(),
          random.nextBoolean() ? Algorithm.TOKEN_BUCKET : Algorithm.SLIDING_WINDOW,
          requests,
          Duration.ofSeconds(WINDOWS[random.nextInt(WINDOWS.length)]),
          random.nextBoolean() ? Math.max(1, requests) : one(5, 1_000, MOST),
          one(1, 5, MOST),
          random.nextInt(4) == 0 ? Mode.SHADOW : Mode.ENFORCE,
          Optional.empty());
    }

    /** Mostly {@code usual}, at times up to {@code some}, seldom up to {@code most}. */
    private long one(long usual, long some, long most) {
      return switch (random.nextInt(12)) {
        case 0 -> random.nextLong(1, most + 1);
        case 1, 2, 3 -> random.nextLong(1, some + 1);
        default -> usual;
      };
    }
  }
}
