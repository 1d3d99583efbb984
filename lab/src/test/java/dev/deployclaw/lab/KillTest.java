package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.Campaign.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at the agent's calls: afterwards all is new or all is old, as {@code active} says. A call
 * of each name is taken by default; {@code -Ddeployclaw.kill.full=true} takes every call, there and
 * on the way back.
 */
class KillTest {
  private static final String FULL = "deployclaw.kill.full";
  private static final String TRANSACTION = "etcd.transact";

  @TempDir static Path folder;

  private static Estate estate;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder);
  }

  @AfterAll
  static void stop() {
    estate.close();
  }

  @Test
  void endsAllNewOrAllOldWhereverItIsKilled() {
    var campaign = new Campaign(estate, folder, () -> List.of("run", estate.change()));

    kill("a change", campaign, Boolean.getBoolean(FULL));
  }

  @Test
  @EnabledIfSystemProperty(named = FULL, matches = "true", disabledReason = "takes ten minutes")
  void endsAllNewOrAllOldOnTheWayBackToo() {
    assertThat(estate.run("run", estate.change()).exit()).isZero();
    var campaign = new Campaign(estate, folder, () -> List.of("rollback", "last"));

    kill("a rollback", campaign, true);
  }

  @Test
  void whateverWritesNextRecoversFirst() {
    String before = estate.checker().digest();
    var run = new Campaign(estate, folder, () -> List.of("run", estate.change()));
    run.killAt(new Point("before", "redis.publish#1"));

    var back = estate.run("rollback", "last");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(estate.checker().digest()).isEqualTo(before);
    estate.checker().assertWhole();

    run.killAt(new Point("after", "gateway.stage#1"));

    var again = estate.run("run", estate.change());

    assertThat(again.exit()).as(again.err()).isZero();
    assertThat(estate.checker().digest()).isNotEqualTo(before);
    estate.checker().assertWhole();
  }

  @Test
  void endsAllNewWhenTheApprovalIsKilledAfterTheCommit() {
    var held = estate.run("run", "--json", estate.change() + " but wait for my approval");
    String id = held.json().path("execution_id").asText();
    String before = estate.checker().digest();
    var approve = new Campaign(estate, folder, () -> List.of("approve", id));
    approve.killAt(new Point("before", "gateway.publish#1"));

    var recovered = estate.run("recover", "--json");

    assertThat(recovered.exit()).as(recovered.err()).isZero();
    assertThat(recovered.json().findValuesAsText("execution_id")).containsExactly(id);
    assertThat(estate.checker().digest()).isNotEqualTo(before);
    estate.checker().assertWhole();
  }

  @Test
  void endsTheSameWhenTheRecoveryIsKilledToo() {
    var run = new Campaign(estate, folder, () -> List.of("run", estate.change()));
    var recover = new Campaign(estate, folder, () -> List.of("recover"));
    String before = estate.checker().digest();
    run.killAt(new Point("before", "redis.publish#1"));
    recover.killAt(new Point("after", "redis.publish#1"));
    recover.killAt(new Point("before", "gateway.converge#1"));

    assertThat(estate.run("recover").exit()).isZero();
    String after = estate.checker().digest();
    assertThat(after).isNotEqualTo(before);
    estate.checker().assertWhole();

    run.killAt(new Point("after", "redis.stage#1"));
    recover.killAt(new Point("after", "gateway.discard#1"));

    assertThat(estate.run("recover").exit()).isZero();
    assertThat(estate.checker().digest()).isEqualTo(after);
    estate.checker().assertWhole();
  }

  private static void kill(String what, Campaign campaign, boolean full) {
    var calls = campaign.calls();
    var chosen = full ? calls : oneOfEachName(calls);

    var tally = campaign.kill(points(chosen));

    System.out.printf(
        "%s makes %d calls; killed before and after %d of them; %s%n",
        what, calls.size(), chosen.size(), tally);
    campaign.histogram().forEach((name, ends) -> System.out.printf("  %-20s %s%n", name, ends));
    assertThat(tally.kills()).isEqualTo(2 * chosen.size());
    assertThat(tally.allNew()).isPositive();
    assertThat(tally.allOld()).isPositive();
  }

  /** The first of each name; of the transactions the one that commits, right before publishing. */
  private static List<String> oneOfEachName(List<String> calls) {
    var out = new LinkedHashMap<String, String>();
    calls.forEach(call -> out.putIfAbsent(name(call), call));
    out.put(TRANSACTION, commit(calls));
    return List.copyOf(out.values());
  }

  private static String commit(List<String> calls) {
    int publish =
        calls.indexOf(calls.stream().filter(c -> c.contains(".publish")).findFirst().orElseThrow());
    return calls.subList(0, publish).stream()
        .filter(c -> name(c).equals(TRANSACTION))
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static String name(String call) {
    return call.substring(0, call.indexOf('#'));
  }

  private static List<Point> points(List<String> calls) {
    var out = new ArrayList<Point>();
    for (String call : calls) {
      out.add(new Point("before", call));
      out.add(new Point("after", call));
    }
    return out;
  }
}
