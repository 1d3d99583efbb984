package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.approval.platform.ChannelRegistry;
import dev.deployclaw.container.approval.platform.WebhookCallback;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskIntake;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.vertx.LocalEventBus;
import dev.deployclaw.core.fake.FakeClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What cards say of decisions that race with a look, a clock, the queue or each other. */
class ApprovalDeskTest {
  private static final Duration PAST_ITS_TIME = Duration.ofHours(2);

  /** As many scheduled changes as have cards. */
  private static final int MANY = 150;

  private final FakeEstate world = new FakeEstate();

  /** The serving agent's, which may go wrong. */
  private final FakeClock clock = new FakeClock();

  private final DeliverySettings delivery =
      new DeliverySettings(SlackWorkspace.QUICK, clock, (_, _) -> {});
  private final Vertx vertx = Vertx.vertx();
  private final TaskQueue queue = new TaskQueue(2, () -> {});
  private final TaskIntake intake = new TaskIntake(LocalEventBus.of(vertx), queue);
  private final CardBoard board = new CardBoard("reviews");
  private final ApprovalDesk.Parts parts = parts(world.store);
  private final ApprovalDesk desk = new ApprovalDesk(List.of(board), parts);

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void anApprovalSinceTheLookIsNoTimeout() throws Exception {
    String id = held("apply manually");
    var round = round();
    round.run();

    world.agent().approve(id, "ann");
    clock.pass(PAST_ITS_TIME);
    round.run();

    assertThat(board.endings).isEmpty();
    round().run();
    assertThat(board.sentence()).startsWith("Approved by ann");
  }

  @Test
  void aTimeoutByAWrongClockIsCorrected() throws Exception {
    String id = held("apply manually");
    round().run();
    clock.pass(PAST_ITS_TIME);
    round().run();
    assertThat(board.sentence()).startsWith("Expired");

    world.agent().approve(id, "ann");
    round().run();

    assertThat(board.sentence()).startsWith("Approved by ann");
    assertThat(world.store.list("approval-message/")).isEmpty();
  }

  @Test
  void aTimeoutIsSaidOnce() throws Exception {
    String repair = heldRepair();
    String change = held("set acme 700 manually");
    round().run();
    clock.pass(PAST_ITS_TIME);
    world.time.pass(PAST_ITS_TIME);
    round().run();

    world.agent().approve(change, "ann");
    world.agent().approve(repair, "ann");
    round().run();

    assertThat(board.endings).containsExactly(CardEnding.EXPIRED, CardEnding.EXPIRED);
    assertThat(world.store.list("approval-message/")).isEmpty();
  }

  @Test
  void aChangeThatIsHeldAgainAtItsTimeIsShownAgain() throws Exception {
    world.run("apply");
    String id = held("set acme 700 at 2026-11-01T13:00:00Z manually");
    round().run();
    assertThat(board.cards.getLast().untilMillis()).isZero();

    clock.pass(Duration.ofHours(1));
    world.time.pass(Duration.ofHours(1));
    assertThat(world.agent().begin(id).exit()).isEqualTo(ExitCode.HELD);
    round().run();

    assertThat(board.cards.getLast().untilMillis()).isPositive();
    String plan = world.queries().heldPlan(id).orElseThrow().waiting().planHash();
    assertThat(board.cards.getLast().plan()).isEqualTo(plan);
    assertThat(board.endings).isEmpty();
  }

  @Test
  void manyScheduledChangesLeavePlacesToWhatExpires() throws Exception {
    world.run("apply");
    String one = held("set acme 700 at 2026-11-01T13:00:00Z manually");
    var s = ScheduledChange.read(world.store.get(StoreKeys.scheduled(one)).orElseThrow().value());
    for (int i = 0; i < MANY; i++) {
      String id = "arch-2026-11-01-many-" + i;
      var other =
          new ScheduledChange(
              id,
              s.atMillis(),
              s.request(),
              s.requester(),
              s.manual(),
              s.demands(),
              s.baseRevision(),
              s.target(),
              s.hold(),
              s.approvedBy());
      world.store.put(StoreKeys.scheduled(id), other.bytes());
    }
    try (var log = CapturedLog.of(ChannelRound.class)) {
      var round = round();
      round.run();
      round.run();
      assertThat(log.lines())
          .extracting(ILoggingEvent::getMessage)
          .containsOnlyOnce("There are more holds than cards");
    }
    assertThat(board.cards).hasSize(MANY);

    String urgent = held("set acme 800 manually");
    round().run();

    assertThat(board.cards).hasSize(MANY + 1);
    assertThat(board.cards.getLast().execution()).isEqualTo(urgent);
  }

  @Test
  void aClickForAnotherPlanHasTheCardLookedAtAgain() throws Exception {
    String id = held("apply manually");
    round().run();
    var stale = new ApprovalDecision(id, "ann", true, "0".repeat(64), "");

    var ruling = desk.decide(new HoldVote(stale, Optional.of("0".repeat(64)), "Slack"));

    assertThat(ruling).isInstanceOf(DecisionRuling.Refused.class);
    var store = new ApprovalMessageStore(world.store, board.name());
    assertThat(store.find(id).orElseThrow().message().revision()).isEqualTo(-1);
  }

  @Test
  void namesNoneOfSeveralWhoDecidedOnARepair() throws Exception {
    String id = heldRepair();
    round().run();

    decide(desk, id, "ann", true);
    decide(desk, id, "bob", false);
    world.agent().approve(id, "ann");
    round().run();

    assertThat(board.sentence()).isEqualTo("No longer held: see the execution's log.");
  }

  @Test
  void namesWhoDecidedTwiceTheSame() throws Exception {
    String id = heldRepair();
    round().run();

    decide(desk, id, "ann", false);
    decide(desk, id, "ann", false);
    world.agent().reject(id, "ann");
    round().run();

    assertThat(board.sentence()).startsWith("No longer held: ann rejected it in the API, ");
  }

  @Test
  void aDecisionWithoutAPlaceDoesNotHideThatThereWasAnother() throws Exception {
    String id = heldRepair();
    round().run();

    decide(desk, id, "ann", false);
    queue.close();
    decide(desk, id, "ann", true);
    world.agent().reject(id, "ann");
    round().run();

    assertThat(board.sentence()).isEqualTo("No longer held: see the execution's log.");
  }

  @Test
  void aDecisionThatCannotBeNotedEverywhereIsNotNamed() throws Exception {
    String id = heldRepair();
    round().run();
    var away = new ApprovalDesk(List.of(board, new CardBoard("away")), parts(cutFor("away")));

    assertThatThrownBy(() -> decide(away, id, "ann", true)).isInstanceOf(Unreachable.class);
    world.agent().reject(id, "bob");
    round().run();

    assertThat(board.sentence()).isEqualTo("No longer held: see the execution's log.");
  }

  @Test
  void aSignedCallMayComeAgainWhereTheQueueTookNothing() throws Exception {
    String id = held("apply manually");
    var secret = new SecretValue("signs-what-the-program-sends");
    var webhook = new Platform.SignedWebhook("http://127.0.0.1:9/", secret, secret);
    var config =
        new ApprovalChannelConfig(
            "desk", Optional.empty(), Map.of("a@example.net", "ann"), webhook);
    var held = HoldCard.of(world.queries().heldPlan(id).orElseThrow(), "");
    byte[] body =
        CanonicalJson.bytes(
            Map.of(
                "execution_id",
                id,
                "decision",
                "approve",
                "user",
                "a@example.net",
                "plan",
                held.plan(),
                "shown",
                held.shown()));
    String signature = BodySignature.header(secret, clock.instant().getEpochSecond(), body);
    queue.close();
    try (var channels = new ChannelRegistry(List.of(config), delivery)) {
      var callback = channels.webhook("desk").orElseThrow();
      var call = (WebhookCallback.Received.Vote) callback.receive(signature, body, TextMask.OWN);
      assertThat(callback.receive(signature, body, TextMask.OWN))
          .isInstanceOf(WebhookCallback.Received.Unproved.class);

      assertThat(callback.decide(call.vote(), signature, desk))
          .isEqualTo(new DecisionRuling.Queued(new SubmissionResult.Closed()));

      assertThat(callback.receive(signature, body, TextMask.OWN)).isEqualTo(call);
    }
  }

  private String heldRepair() throws InterruptedException {
    world.run("apply");
    world.redis.tamper("a", "by hand");
    return held("repair manually");
  }

  private String held(String request) throws InterruptedException {
    return world.run(request).execution();
  }

  private void decide(ApprovalDesk at, String id, String who, boolean approves)
      throws InterruptedException {
    String plan = approves ? at.heldPlan(id).orElseThrow().waiting().planHash() : "";
    var decision = new ApprovalDecision(id, who, approves, plan, "");
    var ruling = at.decide(new HoldVote(decision, Optional.empty(), "the API"));
    assertThat(ruling).isInstanceOf(DecisionRuling.Queued.class);
  }

  /** Looks once, at its first run. */
  private ChannelRound round() {
    var holds = new HeldExecutions(world::queries, world.time, Duration.ofDays(1));
    return new ChannelRound(board, holds, parts);
  }

  private ApprovalDesk.Parts parts(StateStore state) {
    return new ApprovalDesk.Parts(state, world::queries, intake, _ -> "", delivery);
  }

  /** The store, which can't be reached for one channel's messages. */
  private StateStore cutFor(String channel) {
    return (StateStore)
        Proxy.newProxyInstance(
            StateStore.class.getClassLoader(),
            new Class<?>[] {StateStore.class},
            (_, method, arguments) -> {
              if (arguments != null && arguments[0].toString().contains("/" + channel + "/")) {
                throw new Unreachable("connection refused", new IllegalStateException("cut"));
              }
              try {
                return method.invoke(world.store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
