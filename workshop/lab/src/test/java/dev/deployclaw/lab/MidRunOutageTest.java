package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.check.EstateChecker;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Back ends that die in mid-run: it ends all new or all old, if need be at the next start, and
 * until then the log says what is pending.
 */
@Slow(
    guard = "dev.deployclaw.core.sim.SingleFaultTest",
    because = "it waits until an agent gives a back end up")
class MidRunOutageTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String TRANSACTION = "etcd.transact#";

  private static EstateChecker checker;
  private static EstateObserver witness;
  private static int asked;

  @BeforeAll
  static void setUp() throws Exception {
    checker = new EstateChecker(scene.config());
    witness = new EstateObserver(scene);
  }

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void endsAllOldWhenTheStateStoreDiesBetweenStageAndCommit() {
    String before = checker.digest();

    var ran = stopped("before gateway.prepare#1", () -> scene.inflict("kill", "etcd"));

    assertThat(ran.exit()).as(ran.err()).isEqualTo(10);
    assertThat(ran.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(ran.err()).contains("the next start removes what was staged");
    scene.heal();
    assertRecovers();
    assertThat(checker.digest()).isEqualTo(before);
    assertThat(result(ran)).isEqualTo("ABORTED");
    checker.assertWhole();
  }

  @Test
  void theNextStartEndsACommitWhoseAnswerNeverCame() throws IOException {
    long before = checker.epoch();
    String commit = commit();
    long dry = checker.epoch();
    assertThat(dry).isGreaterThan(before);

    var ran = stopped("before " + commit, () -> scene.inflict("pause", "etcd"));

    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(7);
    assertThat(ran.json().path("result").asText()).isEqualTo("UNFINISHED");
    assertThat(ran.err()).contains("its state can't be read");
    scene.heal();
    assertRecovers();
    boolean committed = checker.epoch() > dry;
    assertThat(result(ran)).isEqualTo(committed ? "COMPLETED" : "ABORTED");
    assertThat(scene.keys().text("open")).isEmpty();
    checker.assertWhole();
  }

  @Test
  void namesThePrimaryThatDiedAfterTheCommitAndRollsForward() {
    var primary = scene.redis().primaries().getFirst();
    String dead = "redis/" + primary;

    var ran =
        stopped(
            "before redis.publish#1", () -> scene.inflict("kill", "redis/node-" + primary.port()));

    assertWaits(ran, "still pending: " + dead);
    long epoch = ran.json().path("epoch").asLong();
    assertThat(checker.epoch()).isEqualTo(epoch);
    BoundedWait.until("its replica took over", SOON, () -> scene.redis().replaced(primary));
    var early = quick("5s").run("recover", "--json");
    assertThat(early.exit()).as(early.out()).isEqualTo(7);
    assertThat(early.json().path("reason").asText()).contains("still pending", dead);
    assertThat(scene.redis().primaries()).allSatisfy(p -> assertActsOn(p, epoch));
    scene.heal();
    assertRecovers();
    assertThat(result(ran)).isEqualTo("COMPLETED");
    checker.assertWhole();
  }

  @Test
  void publishesAgainToAPrimaryThatLostEverythingAfterIt() {
    var flushed = scene.redis().primaries().getLast();

    var ran =
        stopped(
            "before redis.converge#1",
            () -> {
              scene.redis().node(flushed).call("FLUSHALL");
              scene.redis().node(flushed).call("FUNCTION", "FLUSH");
            });

    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
    var again = "Publishing epoch " + ran.json().path("epoch").asLong() + " again";
    assertThat(ran.out()).contains(again, "redis/" + flushed);
    witness.assertEveryoneActsOn(checker.epoch(), checker.digest());
  }

  @Test
  void saysUnknownWhileAServiceStaysDeadOnTheWayBack() {
    String before = checker.digest();
    assertThat(scene.run("run", change()).exit()).isZero();
    scene.inflict("kill", "services/edge-us");

    var back = quick("5s").run("rollback", "last", "--json");

    assertWaits(back, "not back yet: ratelimit/edge-us");
    assertThat(checker.digest()).isEqualTo(before);
    assertThat(scene.run("log", id(back)).json().path("result").asText()).isEqualTo("UNKNOWN");
    scene.heal();
    assertRecovers();
    assertThat(result(back)).isEqualTo("COMPLETED");
    checker.assertWhole();
  }

  /** The transaction right before the first publish, as an ordinary change makes it. */
  private static String commit() throws IOException {
    var stop = Files.createTempDirectory(folder, "dry");
    var agent = scene.quickAgent(Map.of("DEPLOYCLAW_STOP_DIR", stop.toString()));
    var ran = agent.run("run", change(), "--json");
    assertThat(ran.exit()).as(ran.err()).isZero();
    List<String> calls = Files.readAllLines(stop.resolve("calls"));
    var before = calls.stream().takeWhile(c -> !c.contains(".publish#")).toList();
    return before.stream().filter(c -> c.startsWith(TRANSACTION)).toList().getLast();
  }

  private static LabAgent.Ran stopped(String at, Runnable meanwhile) {
    return scene.quicklyWith(
        Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", "20s"), at, meanwhile, "run", change());
  }

  private static LabAgent quick(String converge) {
    return scene.quickAgent(Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", converge));
  }

  /** A request that changes something, whichever were carried out before. */
  private static String change() {
    asked++;
    return "set tyrell's checkout limit to %d per minute, burst 80".formatted(480 + 6 * asked);
  }

  private static void assertRecovers() {
    var recovered = scene.run("recover");
    assertThat(recovered.exit()).as(recovered.out() + recovered.err()).isZero();
  }

  private static void assertWaits(LabAgent.Ran ran, String reason) {
    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(7);
    JsonNode log = ran.json();
    assertThat(log.path("result").asText()).isEqualTo("UNKNOWN");
    assertThat(log.path("reason").asText()).startsWith(reason);
  }

  private static void assertActsOn(HostPort node, long epoch) {
    assertThat(scene.redis().node(node).call("FCALL_RO", "dc_status", "0"))
        .startsWith(epoch + "\n");
  }

  /** What its log says by now. */
  private static String result(LabAgent.Ran ran) {
    return scene.run("log", id(ran)).json().path("result").asText();
  }

  private static String id(LabAgent.Ran ran) {
    return ran.json().path("execution_id").asText();
  }
}
