package dev.deployclaw.policy.redis;

import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static dev.deployclaw.policy.model.LimitAlgorithm.FIXED_WINDOW;
import static dev.deployclaw.policy.model.LimitAlgorithm.GCRA;
import static dev.deployclaw.policy.model.LimitAlgorithm.SLIDING_WINDOW;
import static dev.deployclaw.policy.model.LimitAlgorithm.TOKEN_BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.DecideReply.NeedEpoch;
import dev.deployclaw.policy.redis.DecideReply.NeedRules;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The function on Redis' own clock, and what it says when something is missing. */
class FunctionTest {
  private static final PolicySet BUCKET =
      set(tenant("acme", limit("all", RequestMatch.ANY, 5, 3_600)));
  private static final EpochPolicySet SEVEN = new EpochPolicySet(7, "07".repeat(32), BUCKET);
  private static final EpochPolicySet EIGHT =
      new EpochPolicySet(
          8, "08".repeat(32), set(tenant("acme", limit("all", RequestMatch.ANY, 8, 3_600))));

  @TempDir static Path folder;
  @AutoClose private static SingleNodeRedis shard;

  @BeforeAll
  static void start() {
    shard = SingleNodeRedis.start(folder);
  }

  @BeforeEach
  void clean() {
    shard.redis().flushAll();
    shard.redis().functionFlush();
  }

  @Test
  void admitsTheBurstAndRefusesTheRest() {
    shard.activate(SEVEN);

    assertThat(admitted(call(3, SEVEN))).isEqualTo(3);
    assertThat(admitted(call(3, SEVEN))).isEqualTo(2);
    assertThat(admitted(call(1, SEVEN))).isZero();
  }

  @Test
  void idleCounterVanishesByItself() {
    for (var algorithm : LimitAlgorithm.values()) {
      var held =
          new EpochPolicySet(
              9,
              "09".repeat(32),
              set(tenant("acme", counting(limit("all", RequestMatch.ANY, 100, 10), algorithm))));
      shard.redis().flushAll();
      shard.activate(held);

      long before = millis();
      shard.decide(new DecideCall(claims("", held), 10, OptionalLong.empty(), "ab"));
      long after = millis();

      long ends = shard.redis().pexpireTime(counterKey(held));
      assertThat(ends)
          .as(algorithm.word())
          .isBetween(idleAt(algorithm, before), idleAt(algorithm, after) + longer(algorithm));
    }
  }

  /** When ten of 100 units in ten seconds, charged at a time in milliseconds, count no more. */
  private static long idleAt(LimitAlgorithm algorithm, long millis) {
    return switch (algorithm) {
      case TOKEN_BUCKET, GCRA -> millis + 1_000;
      case SLIDING_WINDOW -> millis + 10_000;
      case FIXED_WINDOW -> (millis / 10_000 + 1) * 10_000;
      case CONCURRENCY -> millis + 60_000;
    };
  }

  /** A sliding window ends with the slot in which it was charged; a fixed one isn't short. */
  private static long longer(LimitAlgorithm algorithm) {
    return switch (algorithm) {
      case SLIDING_WINDOW -> 10_000 / 16 + 1;
      case FIXED_WINDOW -> 1_001;
      case TOKEN_BUCKET, GCRA, CONCURRENCY -> 1;
    };
  }

  private static long millis() {
    var time = shard.redis().time();
    return Long.parseLong(time.getFirst()) * 1_000 + Long.parseLong(time.getLast()) / 1_000;
  }

  /** So that Redis doesn't remove and make it again at each request. */
  @Test
  void aCounterThatIsIdleAtOnceStaysForASecond() {
    for (var algorithm : List.of(TOKEN_BUCKET, GCRA)) {
      var many = counting(limit("all", RequestMatch.ANY, 1_000_000, 1), algorithm);
      var held = new EpochPolicySet(9, "09".repeat(32), set(tenant("acme", many)));
      shard.redis().flushAll();
      shard.activate(held);
      long before = millis();

      shard.decide(call(1, held));

      assertThat(shard.redis().pexpireTime(counterKey(held)))
          .as(algorithm.word())
          .isBetween(before + 1_000, millis() + 1_001);
    }
  }

  @Test
  void staysAtItsEpochWhateverElseTheCallerHolds() {
    shard.activate(SEVEN);
    shard.stage(EIGHT);

    var before = shard.decide(call(20, SEVEN, EIGHT));
    shard.load(EIGHT);
    var after = shard.decide(call(20, SEVEN, EIGHT));

    assertThat(before.epoch()).isEqualTo(7);
    assertThat(((Decided) before).decision().admitted()).isEqualTo(5);
    assertThat(after.epoch()).isEqualTo(8);
    assertThat(((Decided) after).decision().admitted()).isEqualTo(3);
  }

  @Test
  void readsAFieldAgainThatWasPutBackByHand() {
    readsAgain(OptionalLong.empty());
  }

  /** Where no ordinary traffic comes, or a probe would prove what is staged no longer. */
  @Test
  void readsAFieldAgainForProbesAlone() {
    readsAgain(OptionalLong.of(1_800_000_000_000_000L));
  }

  /** The library that is tried forgets at once what the real one forgets after a minute. */
  private static void readsAgain(OptionalLong at) {
    var constants = new FunctionLibrary.Constants(1, 7, SEVEN.digest(), 6, 0, Optional.empty());
    String source = FunctionLibrary.source(constants);
    String forgetful = source.replace("REMEMBERED = 60000000", "REMEMBERED = 0");
    assertThat(forgetful).isNotEqualTo(source);
    shard.stage(SEVEN);
    shard.redis().functionLoadReplace(forgetful);
    var staged = new StagedRules(SEVEN.set(), 7, SEVEN.digest()).hashes().getFirst();
    String rule = Objects.requireNonNull(staged.fields().get("7:all"));
    var hundred = new DecideCall(claims("", SEVEN), 100, at);
    shard.redis().hset(staged.key(), "7:all", rule.replaceAll("(?<= )5(?= )", "500"));
    assertThat(admitted(hundred)).isEqualTo(100);

    shard.redis().hset(staged.key(), "7:all", rule);

    assertThat(admitted(hundred)).isZero();
  }

  /** Earlier libraries wrote numbers without a fixed width. */
  @Test
  void aCounterInTheEarlierFormIsRewrittenByTheFirstDecision() {
    for (var algorithm : List.of(TOKEN_BUCKET, GCRA, SLIDING_WINDOW, FIXED_WINDOW)) {
      var limit = counting(limit("all", RequestMatch.ANY, 5, 3_600), algorithm);
      var held = new EpochPolicySet(7, "07".repeat(32), set(tenant("acme", limit)));
      shard.redis().flushAll();
      shard.activate(held);
      assertThat(admitted(call(3, held))).isEqualTo(3);
      String now = shard.redis().get(counterKey(held));
      String earlier = now.replaceAll("(?<=[ :])0+(?=\\d)", "");
      assertThat(earlier).isNotEqualTo(now);
      shard.redis().set(counterKey(held), earlier);

      assertThat(admitted(call(1, held))).as(algorithm.word()).isEqualTo(1);

      assertThat(shard.redis().get(counterKey(held))).as(algorithm.word()).hasSameSizeAs(now);
      assertThat(admitted(call(1, held))).as(algorithm.word()).isEqualTo(1);
      assertThat(admitted(call(1, held))).as(algorithm.word()).isZero();
    }
  }

  @Test
  void asksForItsEpochWhenTheCallerLacksIt() {
    shard.activate(EIGHT);

    assertThat(shard.decide(call(1, SEVEN))).isEqualTo(new NeedEpoch(8));
  }

  @Test
  void asksForRulesThatItLacksAndTakesThemInline() {
    shard.load(SEVEN);

    assertThat(shard.decide(call(1, SEVEN))).isEqualTo(new NeedRules(7));
    assertThat(shard.decideWithRules(call(9, SEVEN, EIGHT)))
        .isInstanceOfSatisfying(
            Decided.class, decided -> assertThat(decided.decision().admitted()).isEqualTo(5));
  }

  @Test
  void tenantWithoutItsLineIsNeverUnlimited() {
    var bare = new EpochPolicySet(7, "07".repeat(32), set(tenant("acme")));
    shard.load(bare);

    assertThat(shard.decide(call(1, bare))).isEqualTo(new NeedRules(7));
  }

  @Test
  void blockedTenantIsRefused() {
    var blocked =
        new EpochPolicySet(
            7,
            "07".repeat(32),
            PolicySet.of(
                List.of(tenant("acme", limit("all", RequestMatch.ANY, 5, 60)).withBlocked(true)),
                List.of(),
                ""));
    shard.activate(blocked);

    assertThat(admitted(call(1, blocked))).isZero();
    assertThat(shard.redis().exists(counterKey(blocked))).isFalse();
  }

  @Test
  void scriptDecidesTheSameWhereTheLibraryIsGone() {
    shard.activate(SEVEN);
    shard.decide(call(3, SEVEN));
    shard.redis().functionFlush();

    var reply = shard.decideByScript(SEVEN, call(3, SEVEN));

    assertThat(((Decided) reply).decision().admitted()).isEqualTo(2);
  }

  @Test
  void placesComeBackByReleaseAndByTheEndOfTheirLease() {
    var lease = Duration.ofSeconds(1);
    var held = new EpochPolicySet(7, "07".repeat(32), set(tenant("acme", atOnce(2, lease))));
    shard.activate(held);

    assertThat(admitted(call(held, "a"))).isEqualTo(2);
    assertThat(admitted(call(held, "b"))).isZero();
    assertThat(shard.release(release(held, "a", 0))).isEqualTo(1);
    assertThat(shard.release(release(held, "a", 0))).isZero();
    assertThat(admitted(call(held, "c"))).isEqualTo(1);
    var numbers = new AtomicInteger();
    BoundedWait.until(
        "both leases ended",
        Duration.ofMinutes(1),
        () -> admitted(call(held, "d" + numbers.incrementAndGet())) == 2);
  }

  @Test
  void nothingIsLeftOfPlacesThatWereAllReleased() {
    var held =
        new EpochPolicySet(7, "07".repeat(32), set(tenant("acme", atOnce(2, Duration.ofHours(1)))));
    shard.activate(held);
    shard.decide(call(held, "a"));

    shard.release(release(held, "a", 0));
    shard.redis().functionFlush();
    var byScript =
        shard.all(
            List.of(
                new SingleNodeRedis.Said(FunctionLibrary.RELEASE, release(held, "a", 1).encoded())),
            Optional.of(
                new FunctionLibrary.Constants(1, 7, held.digest(), 6, 0, Optional.empty())));

    assertThat(byScript).isEqualTo(List.of(1L));
    assertThat(shard.redis().exists(counterKey(held))).isFalse();
  }

  @Test
  void aReleaseOfWhatCountsByTimeChangesNothing() {
    shard.activate(SEVEN);
    shard.decide(call(3, SEVEN));

    var place = new ReleaseCall.Place(counterKey(SEVEN), "1/ab:0");
    assertThat(shard.release(new ReleaseCall(List.of(place)))).isZero();
    assertThat(admitted(call(9, SEVEN))).isEqualTo(2);
  }

  @Test
  void statusIsReadOnlyAndSaysWhatIsActive() {
    shard.load(SEVEN);

    assertThat(shard.redis().fcallReadonly(FunctionLibrary.STATUS, List.of(), List.of()))
        .isEqualTo(List.of(7L, "07".repeat(32), 1L, 6L, 0L));
  }

  @Test
  void keysOfOneLimitCountApart() {
    var limit = keyed(limit("all", RequestMatch.ANY, 5, 3_600), new CounterKeyPart.ClientAddress());
    var held = new EpochPolicySet(7, "07".repeat(32), set(tenant("acme", limit)));
    shard.activate(held);

    assertThat(admitted(new DecideCall(claims("10.0.0.1", held), 9, OptionalLong.empty())))
        .isEqualTo(5);
    assertThat(admitted(new DecideCall(claims("10.0.0.2", held), 9, OptionalLong.empty())))
        .isEqualTo(5);
  }

  private static long admitted(DecideCall call) {
    return ((Decided) shard.decide(call)).decision().admitted();
  }

  private static DecideCall call(long requests, EpochPolicySet... held) {
    return new DecideCall(claims("", held), requests, OptionalLong.empty());
  }

  private static Limit atOnce(long requests, Duration lease) {
    var l = counting(limit("all", RequestMatch.ANY, requests, 60), LimitAlgorithm.CONCURRENCY);
    return l.admitting(l.requests(), lease, l.burst());
  }

  private static DecideCall call(EpochPolicySet held, String lease) {
    return new DecideCall(claims("", held), 2, OptionalLong.empty(), lease);
  }

  private static ReleaseCall release(EpochPolicySet held, String lease, long number) {
    return ReleaseCall.of(claims("", held).getFirst(), lease, number).orElseThrow();
  }

  private static String counterKey(EpochPolicySet held) {
    return claims("", held).getFirst().items().getFirst().counterKey();
  }

  private static List<RequestCharges> claims(String client, EpochPolicySet... held) {
    var subject =
        RateLimitedRequest.ordinary("acme", new RequestShape("api", "/", "GET"), _ -> client);
    return List.of(held).stream().map(h -> RequestCharges.of(h, subject)).toList();
  }
}
