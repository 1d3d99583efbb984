package dev.deployclaw.lab;

import static dev.deployclaw.lab.DriftScanner.Found.ahead;
import static dev.deployclaw.lab.DriftScanner.Found.denied;
import static dev.deployclaw.lab.DriftScanner.Found.left;
import static dev.deployclaw.lab.DriftScanner.Found.surplus;
import static dev.deployclaw.lab.DriftScanner.Found.unreachable;
import static dev.deployclaw.lab.DriftScanner.Found.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.DriftScanner.Found;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.redis.RedisNode;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody does by hand to one node of Redis, each kind by itself: a look finds that and
 * nothing else, a repair mends it, and a look finds nothing. What a primary is told its replica is
 * told, too. A replica of a cluster takes no write of a key, but libraries and flushes, where it
 * was made writable.
 */
@Slow(
    guard = "dev.deployclaw.executors.redis.RedisExecutorTest",
    because = "it looks at a whole estate for each kind of drift")
class RedisDriftTest extends SharedLabCases {
  private static final String TENANT = "umbrella";
  private static final String RULES = RedisKeyLayout.policyKey(TENANT, TENANT);
  private static final String NOBODY = "nobody-here";
  private static final String OTHER = "tb 3 60000000 3 1 enforce";
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final long NEVER = 99;

  private static DriftScanner looking;
  private static long epoch;
  private static RedisNode primary;
  private static RedisNode replica;

  @BeforeAll
  static void setUp() throws Exception {
    looking = new DriftScanner(scene, "60s");
    epoch = looking.committed();
    primary = scene.owner(RULES);
    var cluster = scene.redis();
    replica =
        cluster.replicas().stream()
            .map(cluster::node)
            .filter(n -> n.call("INFO", "replication").contains(port(primary)))
            .findFirst()
            .orElseThrow();
  }

  @Test
  void libraryThatIsMissing() {
    primary.call("FUNCTION", "FLUSH");

    inStep();
    finds(wrong("missing", "", "holds none of the agent's policy sets"));
    looking.repairs();
  }

  @Test
  void rulesThatAreMissing() {
    primary.call("DEL", RULES);

    inStep();
    finds(wrong("missing", "", "for epoch " + epoch + " instead of "));
    looking.repairs();
  }

  @Test
  void ruleThatIsDifferent() {
    String rule = primary.call("HGET", RULES, field("search"));
    primary.call("HSET", RULES, field("search"), OTHER);

    inStep();
    finds(wrong("different", "", "and they are not those of the set"));
    looking.repairs();
    assertThat(primary.call("HGET", RULES, field("search"))).isEqualTo(rule);
  }

  @Test
  void rulesOfATenantThatTheSetDoesNotHave() {
    String key = strangers();
    primary.call("HSET", key, field("search"), OTHER);

    inStep();
    finds(surplus("", "that the set of "));
    looking.repairs();
    assertThat(primary.call("EXISTS", key)).isEqualTo("0");
  }

  @Test
  void codeThatIsDifferent() {
    load(primary, altered());

    inStep();
    finds(
        wrong("different", "", "its function library differs from the one that this agent loads"));
    looking.repairs();
  }

  @Test
  void libraryOfAnotherSet() {
    var now = constants();
    load(
        primary,
        FunctionLibrary.source(
            new Constants(
                now.term(), epoch, "f".repeat(64), now.predecessor(), 0, Optional.empty())));

    inStep();
    finds(wrong("different", "", "holds another policy set of epoch " + epoch));
    looking.repairs();
  }

  @Test
  void libraryOfAnEarlierEpoch() {
    load(primary, earlier());

    inStep();
    finds(wrong("behind", "", "is at epoch %d instead of %d".formatted(epoch - 1, epoch)));
    looking.repairs();
  }

  @Test
  void libraryWithACandidateThatNobodyTries() {
    var now = constants();
    var trial = new Trial(NEVER, "d".repeat(64), new CanaryCohort(1_000));
    load(
        primary,
        FunctionLibrary.source(
            new Constants(
                now.term(), epoch, now.digest(), now.predecessor(), 0, Optional.of(trial))));

    inStep();
    finds(wrong("different", "", "and candidate " + NEVER));
    looking.repairs();
  }

  @Test
  void libraryOfAnEpochThatNobodyCommitted() {
    String ours = LabFixture.library(primary);
    load(
        primary,
        FunctionLibrary.source(
            new Constants(1, NEVER, "c".repeat(64), epoch, 0, Optional.empty())));

    inStep();
    finds(ahead("", "is at epoch %d instead of %d".formatted(NEVER, epoch)));
    looking.cannotRepair(member(primary), "REGRESSED");
    load(primary, ours);
    inStep();
    looking.clean();
  }

  @Test
  void fenceOfALeaderThatNeverWas() {
    String key = primary.call("KEYS", "dc:fence:*");
    String ours = primary.call("GET", key);
    primary.call("SET", key, NEVER + " " + epoch);

    looking.finds(ahead(member(primary), "term " + NEVER));
    looking.cannotRepair(member(primary), "REGRESSED");
    primary.call("SET", key, ours);
    looking.clean();
  }

  @Test
  void rulesOfAnEpochThatBelongsToNoChange() {
    primary.call("HSET", RULES, NEVER + ":search", OTHER);

    inStep();
    finds(left("", "an epoch without a change in fields " + NEVER + ":* of keys dc:{*}:policy:*"));
    looking.leaves();
    primary.call("HDEL", RULES, NEVER + ":search");
    inStep();
    looking.clean();
  }

  @Test
  void fieldOfNoEpoch() {
    primary.call("HSET", RULES, "note", "by hand");

    inStep();
    finds(left("", "fields without an epoch in keys dc:{*}:policy:*"));
    looking.leaves();
    primary.call("HDEL", RULES, "note");
    inStep();
    looking.clean();
  }

  @Test
  void replicaAloneWithoutALibrary() {
    onReplica("FUNCTION", "FLUSH");

    looking.finds(wrong("missing", member(replica), "holds none of the agent's policy sets"));
    looking.repairs();
  }

  @Test
  void replicaAloneWithoutRules() {
    onReplica("FLUSHALL");

    looking.finds(wrong("missing", member(replica), "holds rules of 0 tenants"));
    looking.repairs();
  }

  @Test
  void replicaAloneWithOtherCode() {
    onReplica("FUNCTION", "LOAD", "REPLACE", altered());

    looking.finds(
        wrong("different", member(replica), "differs from the one that this agent loads"));
    looking.repairs();
  }

  @Test
  void replicaAloneAtAnEarlierEpoch() {
    onReplica("FUNCTION", "LOAD", "REPLACE", earlier());

    looking.finds(wrong("behind", member(replica), "is at epoch " + (epoch - 1)));
    looking.repairs();
  }

  @Test
  void replicaThatDoesNotAnswer() {
    var cluster = scene.redis();
    cluster.kill(replica.address());

    looking.finds(unreachable(member(replica)));
    cluster.restart(replica.address());
    cluster.awaitWhole(SOON);
    looking.clean();
  }

  /** What it holds isn't seen, so nothing is said of it: neither missing nor different. */
  @Test
  void replicaThatDeniesTheAccess() {
    replica.call("ACL", "SETUSER", "default", "-function|list");
    try {
      looking.finds(denied(member(replica), "NOPERM"));
    } finally {
      replica.call("ACL", "SETUSER", "default", "+function|list");
    }
    looking.clean();
  }

  /** Near misses: what others keep in the same Redis, counters, older epochs, the same again. */
  @Test
  void keysOfOthersAndOlderEpochsAndTheSameLibraryAreNoDifference() {
    load(primary, LabFixture.library(primary));
    primary.call("HSET", RULES, (epoch - 1) + ":more", OTHER);
    primary.call("SET", "rate_limit:{" + TENANT + "}", "300");
    primary.call("SET", "dc:{" + TENANT + "}:policies", "by hand");

    inStep();
    looking.clean();
    primary.call("HDEL", RULES, (epoch - 1) + ":more");
    primary.call("DEL", "rate_limit:{" + TENANT + "}", "dc:{" + TENANT + "}:policies");
  }

  /** At the primary and its replica. */
  private static void finds(Found what) {
    looking.finds(what.at(member(primary)), what.at(member(replica)));
  }

  private static String field(String limit) {
    return RedisKeyLayout.fieldPrefix(epoch) + limit;
  }

  /** The hash of a tenant that nobody has, in a slot of the primary. */
  private static String strangers() {
    return Stream.iterate(0, i -> i + 1)
        .limit(1_000)
        .map(i -> NOBODY + i)
        .map(t -> RedisKeyLayout.policyKey(t, t))
        .filter(key -> scene.owner(key).address().equals(primary.address()))
        .findFirst()
        .orElseThrow();
  }

  private static String altered() {
    return LabFixture.library(primary).replace("return", "return ");
  }

  private static String earlier() {
    var now = constants();
    return FunctionLibrary.source(
        new Constants(now.term(), epoch - 1, "e".repeat(64), epoch - 2, 0, Optional.empty()));
  }

  private static void onReplica(String... words) {
    replica.call("CONFIG", "SET", "replica-read-only", "no");
    try {
      replica.call(words);
    } finally {
      replica.call("CONFIG", "SET", "replica-read-only", "yes");
    }
  }

  private static Constants constants() {
    return FunctionLibrary.read(LabFixture.library(primary)).orElseThrow();
  }

  private static void load(RedisNode node, String source) {
    node.call("FUNCTION", "LOAD", "REPLACE", source);
  }

  /** Waits until the replica has got what the primary was told. */
  private static void inStep() {
    long told = offset(primary, "master_repl_offset:");
    BoundedWait.until(
        "the replica follows", SOON, () -> offset(replica, "slave_repl_offset:") >= told);
  }

  private static long offset(RedisNode node, String name) {
    return node.call("INFO", "replication")
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> Long.parseLong(line.substring(name.length()).strip()))
        .findFirst()
        .orElseThrow();
  }

  private static String member(RedisNode node) {
    return "redis/" + node.address();
  }

  private static String port(RedisNode node) {
    return "master_port:" + node.address().port();
  }
}
