package dev.deployclaw.core.change.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Old epochs leave the state store, however old; what somebody needs never does. */
class CollectEffectTest {
  private static final Pattern EPOCH = Pattern.compile("epoch (1[0-9]{3})\\b");

  private final FakeEstate world = new FakeEstate();

  @Test
  void keepsTheCommittedEpochItsPredecessorAndNothingOlder() throws Exception {
    for (int limit = 700; limit < 706; limit++) {
      world.run(limit == 700 ? "apply" : "set acme " + limit);
    }

    assertThat(stored()).containsExactly(5L, 6L);
    assertThat(world.redis.staged()).containsExactlyInAnyOrder(5L, 6L);
    world.assertAtRest();
  }

  @Test
  void keepsTheLatestThatWasProvenBelowAFailedOne() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.probe.fail("wrong");
    world.run("set acme 800");
    world.probe.fail("");

    assertThat(world.active().orElseThrow().epoch()).isEqualTo(4);
    assertThat(stored()).containsExactly(2L, 3L, 4L);
  }

  @Test
  void keepsNoSecondCopyOfWhatAWayBackBroughtBack() throws Exception {
    world.run("apply");
    world.run("set acme 700");

    world.agent().rollback("last", "olivia");

    assertThat(stored()).containsExactly(2L, 3L);
    world.assertAtRest();
  }

  @Test
  void keepsWhatIsHeldAndWhatItStandsOnForAnyNumberOfChanges() throws Exception {
    world.gate = new GatePolicy(true, false, Duration.ofDays(9), List.of());
    world.run("apply");
    world.run("set acme 700 manually");
    for (int limit = 0; limit < 4; limit++) {
      world.run("set zenith " + (70 + limit));
    }

    assertThat(stored()).containsExactly(1L, 2L, 5L, 6L);
    assertThat(world.redis.staged()).contains(2L);
    world.assertAtRest();
  }

  @Test
  void collectsWhatLiesDeeperThanAnyDepth() throws Exception {
    world.run("apply");
    world.redis.refuseAt("discard", "busy");
    world.run("set acme 700");
    world.run("set acme 701");
    assertThat(stored()).contains(1L);
    world.store.put(StoreKeys.EPOCH, "500".getBytes(StandardCharsets.UTF_8));
    world.redis.heal();

    world.run("set acme 702");

    assertThat(stored()).containsExactly(3L, 501L);
    assertThat(world.redis.staged()).doesNotContain(1L);
  }

  @Test
  void whatIsStuckHoldsUpNoOther() throws Exception {
    world.run("apply");
    for (int epoch = 1_001; epoch <= 1_080; epoch++) {
      world.store.put("policy/" + epoch + "/00000", new byte[] {1});
    }
    world.store.put(StoreKeys.EPOCH, "2000".getBytes(StandardCharsets.UTF_8));
    world.redis.refuseAt("discard", "busy");

    for (int limit = 700; limit < 712; limit++) {
      world.run("set acme " + limit);
    }

    assertThat(tried()).contains(LongStream.rangeClosed(1_001, 1_080).boxed().toArray(Long[]::new));
    world.redis.heal();
    world.run("set acme 800");
    world.run("set acme 801");
    assertThat(stored()).containsExactly(2_013L, 2_014L);
  }

  /** The epochs that changes set out to remove. */
  private Set<Long> tried() {
    var out = new TreeSet<Long>();
    for (String execution : world.journal.executions()) {
      for (byte[] bytes : world.journal.read(execution)) {
        var epoch = EPOCH.matcher(new String(bytes, StandardCharsets.UTF_8));
        while (epoch.find()) {
          out.add(Long.valueOf(epoch.group(1)));
        }
      }
    }
    return out;
  }

  @Test
  void aMemberThatIsAwayIsNotWaitedForAgainAndAgain() throws Exception {
    world.run("apply");
    for (int epoch = 101; epoch <= 140; epoch++) {
      world.store.put("policy/" + epoch + "/00000", new byte[] {1});
    }
    world.store.put(StoreKeys.EPOCH, "200".getBytes(StandardCharsets.UTF_8));
    world.redis.answers(
        "discard",
        member -> {
          world.time.pass(Duration.ofSeconds(31));
          return MemberReport.unknown(member, "no answer");
        });
    int before = world.redis.calls("discard");

    var ended = world.run("set acme 700");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.redis.calls("discard") - before).isEqualTo(1);
    assertThat(stored()).contains(101L, 140L);
  }

  @Test
  void collectsTheLeftoversOfAChangeThatWasAborted() throws Exception {
    world.run("apply");
    world.gateway.refuseAt("prepare", "unknown directive");
    world.redis.refuseAt("discard", "busy");
    var aborted = world.run("set acme 700");
    assertThat(aborted.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(stored()).containsExactly(1L, 2L);
    world.gateway.heal();
    world.redis.heal();

    world.run("set acme 701");

    assertThat(stored()).containsExactly(1L, 3L);
    assertThat(world.redis.staged()).doesNotContain(2L);
    world.assertAtRest();
  }

  @Test
  void collectsWhatAnAgentStagedThatSleptUntilItsChangeWasAborted() throws Exception {
    world.run("apply");
    world.gateway.refuseAt("prepare", "unknown directive");
    assertThat(world.run("set acme 700").exit()).isEqualTo(ExitCode.ABORTED);
    world.gateway.heal();
    world.redis.stagedLate(2);
    assertThat(stored()).containsExactly(1L);

    world.run("set acme 701");

    assertThat(world.redis.staged()).containsExactlyInAnyOrder(1L, 3L);
    world.assertAtRest();
  }

  @Test
  void collectsWhatAMemberSaidItHadRemoved() throws Exception {
    for (int limit = 700; limit < 703; limit++) {
      world.run(limit == 700 ? "apply" : "set acme " + limit);
    }
    world.redis.stagedLate(1);
    assertThat(stored()).containsExactly(2L, 3L);

    world.run("set acme 703");

    assertThat(world.redis.staged()).containsExactlyInAnyOrder(3L, 4L);
    world.assertAtRest();
  }

  @Test
  void recordsWhatItRemovesInTheTransactionThatAllowsIt() throws Exception {
    world.run("apply");
    world.run("set acme 700");

    var ended = world.run("set acme 701");

    assertThat(world.store.list(StoreKeys.audits(ended.execution())))
        .extracting(e -> new String(e.value(), StandardCharsets.UTF_8))
        .anyMatch(r -> r.contains("Collecting old epochs") && r.contains("epoch 1"));
  }

  private List<Long> stored() {
    return world.store.list(StoreKeys.POLICIES).stream()
        .map(e -> Long.valueOf(e.key().replaceAll("^policy/|/.*", "")))
        .distinct()
        .sorted()
        .toList();
  }
}
