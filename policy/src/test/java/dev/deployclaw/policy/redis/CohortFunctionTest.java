package dev.deployclaw.policy.redis;

import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.DecideReply.NeedEpoch;
import dev.deployclaw.policy.redis.DecideReply.NeedRules;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library that holds two epochs: each root group decides by one of them. */
class CohortFunctionTest {
  private static final int TENANTS = 300;

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
  void eachTenantDecidesByTheEpochOfItsPositionWithThatEpochsRules() {
    var base = held(7, 5);
    var candidate = held(8, 8);
    shard.stage(base);
    shard.stage(candidate);
    for (int share : new int[] {0, 1, 500, 2_500, 9_999, 10_000}) {
      shard
          .redis()
          .eval("for _, k in ipairs(redis.call('KEYS', '*:c:*')) do redis.call('DEL', k) end");
      shard.load(at(base, candidate, share));
      var calls = names().map(t -> call(20, t, base, candidate)).toList();

      var replies = shard.decideAll(calls);

      assertThat(replies.stream().map(CohortFunctionTest::outcome))
          .as("share " + share)
          .isEqualTo(
              names()
                  .map(t -> new CanaryCohort(share).includes(t) ? "8 admits 8" : "7 admits 5")
                  .toList());
    }
  }

  @Test
  void aChildDecidesByTheEpochOfItsRootGroup() {
    var root = new ArrayList<String>(List.of("group"));
    var set =
        PolicySet.of(
            List.of(
                tenant("group", limit("all", RequestMatch.ANY, 5, 3_600)), child("kid", "group")),
            List.of(),
            "");
    var base = new EpochPolicySet(7, "07".repeat(32), set);
    var candidate = new EpochPolicySet(8, "08".repeat(32), set);
    shard.stage(base);
    shard.stage(candidate);
    int at = CanaryCohort.position(root.getFirst());

    shard.load(at(base, candidate, at));
    var below = shard.decide(call(1, "kid", base, candidate));
    shard.load(at(base, candidate, at + 1));
    var inside = shard.decide(call(1, "kid", base, candidate));

    assertThat(below.epoch()).isEqualTo(7);
    assertThat(inside.epoch()).isEqualTo(8);
  }

  @Test
  void theCounterStaysWhenItsTenantComesInAndGoesOutAgain() {
    var base = held(7, 5);
    var candidate = held(8, 8);
    shard.stage(base);
    shard.stage(candidate);

    shard.load(at(base, candidate, 0));
    var before = shard.decide(call(20, "t0", base, candidate));
    shard.load(at(base, candidate, 10_000));
    var inside = shard.decide(call(20, "t0", base, candidate));
    shard.load(at(base, candidate, 0));
    var after = shard.decide(call(20, "t0", base, candidate));

    assertThat(Stream.of(before, inside, after).map(CohortFunctionTest::outcome))
        .containsExactly("7 admits 5", "8 admits 3", "7 admits 0");
  }

  @Test
  void saysWhichOfBothItLacks() {
    var base = held(7, 5);
    var candidate = held(8, 8);
    shard.stage(base);
    shard.load(at(base, candidate, 10_000));

    assertThat(shard.decide(call(1, "t0", base))).isEqualTo(new NeedEpoch(8));
    assertThat(shard.decide(call(1, "t0", base, candidate))).isEqualTo(new NeedRules(8));
    assertThat(outcome(shard.decideWithRules(call(20, "t0", base, candidate))))
        .isEqualTo("8 admits 8");
  }

  @Test
  void theScriptPicksTheSameEpochs() {
    var base = held(7, 5);
    var candidate = held(8, 8);
    shard.stage(base);
    shard.stage(candidate);
    var constants = at(base, candidate, 5_000);

    for (String tenant : names().limit(40).toList()) {
      var reply = shard.decideByScript(constants, call(1, tenant, base, candidate));

      assertThat(reply.epoch())
          .as(tenant)
          .isEqualTo(new CanaryCohort(5_000).includes(tenant) ? 8 : 7);
    }
  }

  @Test
  void statusTellsTheCandidateAndTheCohort() {
    shard.load(at(held(7, 5), held(8, 8), 500));

    assertThat(shard.redis().fcallReadonly(FunctionLibrary.STATUS, List.of(), List.of()))
        .isEqualTo(List.of(7L, "07".repeat(32), 1L, 6L, 3L, 8L, "08".repeat(32), 500L));
  }

  private static Constants at(EpochPolicySet base, EpochPolicySet candidate, int share) {
    var trial = new Trial(candidate.epoch(), candidate.digest(), new CanaryCohort(share));
    return new Constants(1, base.epoch(), base.digest(), base.epoch() - 1, 3, Optional.of(trial));
  }

  private static Stream<String> names() {
    return IntStream.range(0, TENANTS).mapToObj(i -> "t" + i);
  }

  private static EpochPolicySet held(long epoch, long requests) {
    var tenants =
        names().map(t -> tenant(t, limit("all", RequestMatch.ANY, requests, 3_600))).toList();
    return new EpochPolicySet(
        epoch, "%02d".formatted(epoch).repeat(32), PolicySet.of(tenants, List.of(), ""));
  }

  private static TenantPolicy child(String name, String parent) {
    var alone = tenant(name);
    return new TenantPolicy(
        name,
        new TreeMap<>(),
        Optional.of(parent),
        alone.blocked(),
        alone.onBackendFailure(),
        alone.limits());
  }

  private static DecideCall call(long requests, String tenant, EpochPolicySet... held) {
    var subject = RateLimitedRequest.ordinary(tenant, new RequestShape("api", "/", "GET"), _ -> "");
    var claims = Stream.of(held).map(h -> RequestCharges.of(h, subject)).toList();
    return new DecideCall(claims, requests, OptionalLong.empty());
  }

  private static String outcome(DecideReply reply) {
    return reply instanceof Decided decided
        ? reply.epoch() + " admits " + decided.decision().admitted()
        : reply.toString();
  }
}
