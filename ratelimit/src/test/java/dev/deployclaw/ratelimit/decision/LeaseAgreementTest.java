package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.DecideReply.NeedEpoch;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * Services of leased limits before the function of a real Redis, which decides as the model does.
 */
class LeaseAgreementTest {
  private static final int WORLDS = 5;

  @TempDir static Path folder;
  @AutoClose private static RedisNode node;
  @AutoClose private static Jedis redis;

  @BeforeAll
  static void start() {
    node = RedisNode.start(folder);
    redis = new Jedis(node.address().host(), node.address().port());
  }

  @Test
  void theFunctionChargesLeasesAsTheModelDoes() {
    var asked = new ArrayList<DecideCall>();
    var told = new ArrayList<DecideReply>();

    SeededLoop.run(
        WORLDS,
        (_, random) -> {
          redis.flushAll();
          var both = new BothBackends();
          var troubled = TroubledWorld.of(random, both);

          troubled.world().run();

          troubled.assertLaws();
          asked.addAll(both.asked);
          told.addAll(both.told);
        });

    System.out.println("agreement on leases: " + asked.size() + " calls");
    assertThat(asked).as("ahead").anyMatch(call -> call.requests() > 100);
    assertThat(told)
        .anyMatch(reply -> reply instanceof NeedEpoch(long epoch) && epoch == 2)
        .anyMatch(reply -> reply instanceof Decided(long epoch, var d) && epoch == 2 && d.allowed())
        .anyMatch(reply -> reply instanceof Decided(long _, var d) && !d.allowed())
        .anyMatch(reply -> reply instanceof Decided(long _, var d) && d.allowed());
  }

  /** Redis, checked by the model call by call. */
  private static final class BothBackends implements LeaseWorld.DecisionBackend {
    private final ModelBackend model = new ModelBackend();
    private final List<DecideCall> asked = new ArrayList<>();
    private final List<DecideReply> told = new ArrayList<>();
    private long loaded;

    @Override
    public DecideReply decide(EpochPolicySet active, DecideCall call) {
      if (loaded != active.epoch()) {
        activate(active);
        loaded = active.epoch();
      }
      var words = call.encoded();
      var answer = (List<?>) redis.fcall(FunctionLibrary.DECIDE, words.keys(), words.arguments());
      var numbers = answer.stream().map(Long.class::cast).toList();
      var reply = DecideReply.parse(numbers, call.requests());
      assertThat(reply).as("%s", call).isEqualTo(model.decide(active, call));
      asked.add(call);
      told.add(reply);
      return reply;
    }

    private static void activate(EpochPolicySet active) {
      var rules = new StagedRules(active.set(), active.epoch(), active.digest());
      rules.hashes().forEach(hash -> redis.hset(hash.key(), hash.fields()));
      long epoch = active.epoch();
      redis.functionLoadReplace(
          FunctionLibrary.source(
              new Constants(1, epoch, active.digest(), epoch - 1, 0, Optional.empty())));
    }
  }
}
