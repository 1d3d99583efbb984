package dev.deployclaw.container.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.change.probe.HeartbeatReport.Point;
import dev.deployclaw.core.change.probe.HeartbeatReport.State;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.fake.FakeClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnforcementMonitorTest {
  private static final String ONE = "gateway/eu/one";
  private static final String TWO = "gateway/eu/two";
  private static final String MAY_NOT = "may not list pods in eu: allow it with the rule x";

  @TempDir Path folder;

  private final FakeClock time = new FakeClock();
  private final Deque<HeartbeatReport> answers = new ArrayDeque<>();
  private final List<AlertNotification> told = new ArrayList<>();

  @Test
  void tellsOnceOfPointsThatDontEnforceAndOnceThatItIsOver() throws Exception {
    var watcher = watcher();
    answers(well(), failing(ONE), failing(ONE), failing(ONE), well());

    beats(watcher, 4);

    assertThat(told).extracting(AlertNotification::firing).containsExactly(true, false);
    var notice = told.getFirst();
    assertThat(notice.condition().kind()).isEqualTo(AlertKind.NOT_ENFORCED);
    assertThat(notice.condition().subject()).isEqualTo("eu");
    assertThat(notice.condition().members()).containsExactly(ONE);
    assertThat(notice.condition().summary())
        .isEqualTo(
            "NOT_ENFORCED: 1 of 2 enforcement points of eu: gateway/eu/one (admitted too much)");
    assertThat(told.getLast().fingerprint()).isEqualTo(notice.fingerprint());
    assertThat(told.getLast().since()).isEqualTo(notice.since());
    assertThat(watcher.standing()).isEmpty();
  }

  @Test
  void aFailureIsNotedWithinTwoPeriodsAfterASecondLook() throws Exception {
    var watcher = watcher();
    answers(well(), failing(ONE), failing(ONE));
    watcher.heartbeat();
    var broken = time.instant();
    time.pause(MonitoringConfig.DEFAULT.heartbeat());

    watcher.heartbeat();

    assertThat(told).hasSize(1);
    assertThat(Duration.between(broken, told.getFirst().at()))
        .isLessThan(MonitoringConfig.DEFAULT.heartbeat().multipliedBy(2));
  }

  @Test
  void oneLostAnswerIsNoAlarm() throws Exception {
    var watcher = watcher();
    answers(well(), failing(ONE), well());

    beats(watcher, 2);

    assertThat(told).isEmpty();
    assertThat(watcher.points()).extracting(EnforcementPointStatus::state).containsOnly(State.OK);
  }

  @Test
  void aPointThatFailsFromTheStartIsToldOf() throws Exception {
    var watcher = watcher();
    answers(failing(ONE), failing(ONE));

    watcher.heartbeat();

    assertThat(told).hasSize(1);
  }

  @Test
  void tellsAgainWhenMorePointsFailAndNotWhenOnlyTheReasonChanges() throws Exception {
    var watcher = watcher();
    answers(
        failing(ONE),
        failing(ONE),
        answer(bad(ONE, "another reason"), ok(TWO)),
        failing(ONE, TWO),
        failing(ONE, TWO));

    beats(watcher, 3);

    assertThat(told)
        .extracting(n -> n.condition().members())
        .containsExactly(List.of(ONE), List.of(ONE, TWO));
    assertThat(told)
        .extracting(AlertNotification::fingerprint)
        .containsOnly(told.getFirst().fingerprint());
    assertThat(told).extracting(AlertNotification::since).containsOnly(told.getFirst().since());
  }

  @Test
  void aPointThatDoesNotAnswerIsUnknownAndSaidSo() throws Exception {
    var watcher = watcher();
    var silent = answer(new Point(ONE, State.UNKNOWN, "connection refused", 0, false), ok(TWO));
    answers(silent, silent);

    watcher.heartbeat();

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().condition().kind()).isEqualTo(AlertKind.ENFORCEMENT_UNKNOWN);
    assertThat(watcher.points().getFirst().reason()).isEqualTo("connection refused");
  }

  @Test
  void aChangeUnderWayLeavesPointsAsTheyWere() throws Exception {
    var watcher = watcher();
    var moving = answer(new Point(ONE, State.CHANGING, "decided by epoch 4", 0, false), ok(TWO));
    answers(failing(ONE), failing(ONE), moving, well(), moving);

    beats(watcher, 2);
    assertThat(told).hasSize(1);
    beats(watcher, 2);

    assertThat(told).extracting(AlertNotification::firing).containsExactly(true, false);
    assertThat(watcher.points()).extracting(EnforcementPointStatus::state).containsOnly(State.OK);
  }

  @Test
  void saysWhyNothingCanBeToldAndForgetsNothing() throws Exception {
    var watcher = watcher();
    var blind = new HeartbeatReport("the state store can't be reached", 0, List.of());
    answers(failing(ONE), failing(ONE), blind, blind, well());

    beats(watcher, 2);

    assertThat(told)
        .extracting(n -> n.condition().kind())
        .containsExactly(AlertKind.NOT_ENFORCED, AlertKind.ENFORCEMENT_UNKNOWN);
    assertThat(watcher.points()).hasSize(2);
    watcher.heartbeat();
    assertThat(watcher.standing()).isEmpty();
    assertThat(told).hasSize(4);
  }

  @Test
  void theNextProcessTellsTheEnd() throws Exception {
    answers(failing(ONE), failing(ONE), well());
    watcher().heartbeat();
    var next = watcher();
    assertThat(next.standing()).hasSize(1);

    next.heartbeat();

    assertThat(told).extracting(AlertNotification::firing).containsExactly(true, false);
    assertThat(told.getLast().since()).isEqualTo(told.getFirst().since());
  }

  @Test
  void repeatsWhatHoldsForLong() throws Exception {
    var watcher = watcher();
    answers(failing(ONE), failing(ONE), failing(ONE));
    watcher.heartbeat();
    time.pause(AlertStore.REPEAT);

    watcher.heartbeat();

    assertThat(told).extracting(AlertNotification::repeated).containsExactly(false, true);
  }

  @Test
  void driftBeginsChangesAndEnds() {
    var watcher = watcher();
    var missing = new Discrepancy(Discrepancy.Kind.MISSING, "redis/a", "no library");
    var behind = new Discrepancy(Discrepancy.Kind.BEHIND, "redis/b", "epoch 3");

    watcher.drifted(List.of());
    watcher.drifted(List.of(missing));
    watcher.drifted(List.of(missing));
    watcher.drifted(List.of(missing, behind));
    watcher.drifted(List.of());

    assertThat(told).extracting(AlertNotification::firing).containsExactly(true, true, false);
    assertThat(told.getFirst().condition().summary()).contains("redis/a missing: no library");
  }

  @Test
  void anAccessThatIsDeniedIsToldAsThatAndAsNothingElse() throws Exception {
    var watcher = watcher();
    var denied = answer(new Point(ONE, State.UNKNOWN, MAY_NOT, 0, true), ok(TWO));
    answers(denied, denied, well());

    watcher.heartbeat();
    watcher.drifted(List.of(new Discrepancy(Discrepancy.Kind.ACCESS_DENIED, TWO, MAY_NOT)));

    assertThat(told)
        .extracting(n -> n.condition().kind())
        .containsExactly(AlertKind.ACCESS_DENIED, AlertKind.ACCESS_DENIED);
    assertThat(told).extracting(n -> n.condition().subject()).containsOnly("eu");
    assertThat(told.getLast().condition().members()).containsExactly(ONE, TWO);
    assertThat(told.getFirst().condition().summary())
        .isEqualTo("ACCESS_DENIED: 1 member of eu can't be seen: gateway/eu/one (" + MAY_NOT + ")");
    assertThat(watcher.denied()).isEqualTo(2);
    assertThat(watcher.drift().orElseThrow().known()).isZero();
    assertThat(watcher.points().getFirst().state()).isEqualTo(State.UNKNOWN);

    watcher.heartbeat();
    watcher.drifted(List.of());

    assertThat(watcher.standing()).isEmpty();
    assertThat(watcher.denied()).isZero();
  }

  @Test
  void whatAnEarlierProcessWasDeniedIsNotOverBeforeALookForDrift() throws Exception {
    watcher()
        .drifted(List.of(new Discrepancy(Discrepancy.Kind.ACCESS_DENIED, "redis/a", "NOPERM")));
    var next = watcher();
    answers(well());

    next.heartbeat();

    assertThat(next.standing()).extracting(n -> n.condition().subject()).containsExactly("redis");
    next.drifted(List.of());
    assertThat(next.standing()).isEmpty();
  }

  @Test
  void namesTwentyOfThePointsThatDontEnforce() throws Exception {
    var watcher = watcher();
    var failing =
        IntStream.rangeClosed(1, 22).mapToObj(i -> bad("gateway/eu/gw-%02d".formatted(i), "x"));
    var answer = answer(failing.toArray(Point[]::new));
    answers(answer, answer);

    watcher.heartbeat();

    assertThat(told.getFirst().condition().summary())
        .contains("gateway/eu/gw-05 (x); also gateway/eu/gw-06")
        .endsWith("gateway/eu/gw-20; and 2 more");
  }

  @Test
  void kindsThatWereNotLookedForStay() {
    var watcher = watcher();
    var held = new AlertCondition(AlertKind.HELD, "arch-1", "waits", List.of("arch-1"), Map.of());
    watcher.see(Set.of(AlertKind.HELD), List.of(held));

    watcher.see(Set.of(AlertKind.EXECUTION), List.of());

    assertThat(watcher.standing()).hasSize(1);
    watcher.see(Set.of(AlertKind.HELD), List.of());
    assertThat(watcher.standing()).isEmpty();
  }

  @Test
  void twoAgentsOfADomainGiveOneTroubleOneName() {
    var condition = new AlertCondition(AlertKind.HELD, "arch-1", "a", List.of("x"), Map.of());
    var later = new AlertCondition(AlertKind.HELD, "arch-1", "b", List.of("y"), Map.of());

    assertThat(condition.fingerprint("/lab/"))
        .isEqualTo(later.fingerprint("/lab/"))
        .isNotEqualTo(condition.fingerprint("/other/"));
  }

  @Test
  void leavesItsStateInAFile() throws Exception {
    var watcher = watcher();
    answers(failing(ONE), failing(ONE));

    watcher.heartbeat();

    var text = Files.readString(EnforcementMonitor.stateFile(folder), StandardCharsets.UTF_8);
    assertThat(text).contains("\"state\":\"not_enforced\"", "\"epoch\":3", "\"heartbeat_s\":30");
  }

  @Test
  void aDamagedFileOfStandingConditionsIsIgnored() throws Exception {
    Files.createDirectories(EnforcementMonitor.stateFile(folder).resolveSibling(""));
    Files.writeString(
        EnforcementMonitor.stateFile(folder).resolveSibling("standing.json"), "[{\"event\"");

    assertThat(watcher().standing()).isEmpty();
  }

  private EnforcementMonitor watcher() {
    return new EnforcementMonitor(
        MonitoringConfig.DEFAULT, time, _ -> answers.removeFirst(), folder, "/lab/", told::add);
  }

  private void beats(EnforcementMonitor watcher, int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      watcher.heartbeat();
      time.pause(MonitoringConfig.DEFAULT.heartbeat());
    }
  }

  private void answers(HeartbeatReport... all) {
    answers.addAll(List.of(all));
  }

  private static HeartbeatReport well() {
    return answer(ok(ONE), ok(TWO));
  }

  private static HeartbeatReport failing(String... members) {
    return answer(
        List.of(members).contains(ONE) ? bad(ONE, "admitted too much") : ok(ONE),
        List.of(members).contains(TWO) ? bad(TWO, "admitted too much") : ok(TWO));
  }

  private static HeartbeatReport answer(Point... points) {
    return new HeartbeatReport("", 3, List.of(points));
  }

  private static Point ok(String member) {
    return new Point(member, State.OK, "", 900, false);
  }

  private static Point bad(String member, String reason) {
    return new Point(member, State.NOT_ENFORCED, reason, 0, false);
  }
}
