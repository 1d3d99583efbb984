package dev.deployclaw.container.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GateRule;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.api.MessageInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks from a real work queue: each is carried out once, whatever dies. */
class NatsTaskIntakeTest {
  private static final AtomicInteger QUEUES = new AtomicInteger();
  private static final Map<String, String> PLAIN = Map.of();
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final BackoffPolicy QUICK =
      new BackoffPolicy(Duration.ofMillis(50), Duration.ofMillis(200), AMPLE, AMPLE);
  private static final DeliveryPolicy PATIENT = new DeliveryPolicy(AMPLE, QUICK, 1_000);

  @TempDir static Path nowhere;
  @AutoClose private static NatsServer nats;

  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final ExecutorBrake brake = new ExecutorBrake();
  private final int number = QUEUES.incrementAndGet();
  private final NatsQueue queue =
      new NatsQueue("Q" + number, "tasks" + number, "dead.tasks" + number);
  private NatsRequester people;

  @BeforeAll
  static void starts() {
    nats = NatsServer.start(nowhere);
  }

  @BeforeEach
  void peopleCome() throws Exception {
    people = new NatsRequester(nats, queue);
    try (var _ = connect(AMPLE)) {
      // the streams are there
    }
  }

  @AfterEach
  void nothingIsBroken() {
    people.close();
    assertThat(world.laws.broken()).isEmpty();
  }

  @Test
  void carriesATaskOutForItsRequesterAndTellsTheIdAndTheEnd() throws Exception {
    try (var server = start("a", 8);
        var _ = take(server, PATIENT)) {
      var answers = people.listen("_INBOX.olivia.1");

      people.ask(
          "olivia", NatsRequester.body("apply"), Map.of("Deployclaw-Reply", "_INBOX.olivia.1"));

      String execution = NatsRequester.nextExecution(answers);
      assertThat(execution).startsWith("arch-");
      assertThat(NatsRequester.next(answers))
          .contains("\"execution_id\":\"" + execution, "\"result\":\"COMPLETED\"", "\"epoch\":1");
      assertThat(server.executions().document(execution).orElseThrow().fields())
          .containsEntry("requester", "olivia");
      noneIsLeft();
      assertThat(server.metrics().text())
          .contains("deployclaw_nats_messages_total{outcome=\"taken\"} 1.0");
    }
  }

  @Test
  void tellsTheEndOfAHeldTaskWhenItIsDecided() throws Exception {
    try (var server = start("a", 8);
        var _ = take(server, PATIENT)) {
      var answers = people.listen("deployclaw.replies.olivia");

      people.ask(
          "olivia",
          "{\"request\": \"apply\", \"approval\": \"manual\"}",
          Map.of("Deployclaw-Reply", "deployclaw.replies.olivia"));
      String execution = NatsRequester.nextExecution(answers);
      ServerFixture.awaitResult(server, execution, "HELD");
      server.intake().decide(new ApprovalDecision(execution, "ann", false, "", ""));

      assertThat(NatsRequester.next(answers)).contains(execution, "\"result\":\"ABORTED\"");
    }
  }

  @Test
  void carriesOutOnceWhatAnAgentHeldThatDied() throws Exception {
    people.ask("olivia", NatsRequester.body("apply"), Map.of("Nats-Msg-Id", "one"));
    var briefly = new DeliveryPolicy(Duration.ofSeconds(1), QUICK, 1_000);
    String reserved;
    try (var dying = connect(briefly.heldFor())) {
      assertThat(dying.next(AMPLE)).isPresent();
      reserved = reservedByADeadAgent("apply", "id one");
    }

    try (var server = start("a", 8);
        var _ = take(server, briefly)) {
      ServerFixture.awaitResult(server, reserved, "COMPLETED");
      noneIsLeft();
    }
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void leavesWhatAnotherAgentTookOver() throws Exception {
    var otherBrake = new ExecutorBrake();
    try (var first = start("first", 8);
        var second = server(otherBrake, "second", 8)) {
      brake.at("redis.stage");
      ServerFixture.submit(first, "apply");
      brake.awaitReached();
      String execution;
      try (var _ = take(first, PATIENT)) {
        people.ask("olivia", NatsRequester.body("set acme 700"), PLAIN);
        execution = onlyWaiting(first);
      }
      try (var _ = take(second, PATIENT)) {
        BoundedWait.until(
            "the second has it", ServerFixture.SOON, () -> second.queue().isBusyWith(execution));

        brake.release(); // the first wakes up, and has it in its queue

        ServerFixture.awaitResult(second, execution, "COMPLETED");
        BoundedWait.until(
            "the first left it", ServerFixture.SOON, () -> !first.queue().isBusyWith(execution));
        noneIsLeft();
      }
    }
    assertThat(world.active().orElseThrow().epoch()).as("once each").isEqualTo(2);
  }

  @Test
  void leavesWhatWaitsToOthersWhenItIsStopped() throws Exception {
    String execution;
    try (var stopped = start("first", 8)) {
      brake.at("redis.stage");
      ServerFixture.submit(stopped, "apply");
      brake.awaitReached();
      try (var _ = take(stopped, PATIENT)) {
        people.ask("olivia", NatsRequester.body("set acme 700"), PLAIN);
        execution = onlyWaiting(stopped);
        stopped.stopAccepting();
        brake.release();
        stopped.stop();
      }
      assertThat(stopped.executions().hasLog(execution)).as("it isn't declined").isFalse();
    }
    try (var next = start("second", 8);
        var _ = take(next, PATIENT)) {
      ServerFixture.awaitResult(next, execution, "COMPLETED");
      noneIsLeft();
    }
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
  }

  @Test
  void carriesOutUnderAnotherIdWhatADeadAgentBeganWithoutALog() throws Exception {
    String reserved = reservedByADeadAgent("apply", "id one");
    String hash = submission("apply", "id one").claim().orElseThrow();
    assertThat(dead().begin(hash, reserved)).isTrue();

    try (var server = start("a", 8);
        var _ = take(server, PATIENT)) {
      var answers = people.listen("_INBOX.olivia.1");
      var headers = Map.of("Nats-Msg-Id", "one", "Deployclaw-Reply", "_INBOX.olivia.1");
      people.ask("olivia", NatsRequester.body("apply"), headers);

      assertThat(NatsRequester.nextExecution(answers)).isNotEqualTo(reserved);
      assertThat(NatsRequester.next(answers)).contains("\"result\":\"COMPLETED\"");
      noneIsLeft();
      assertThat(server.executions().hasLog(reserved)).isFalse();
    }
    assertThat(dead().owns(hash, reserved)).as("it may not begin any more").isFalse();
    assertThat(people.deadLetters()).isEmpty();
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void keepsTheMessageUntilTheTaskIsSettled() throws Exception {
    try (var server = start("a", 8);
        var _ = take(server, PATIENT)) {
      brake.at("redis.prepare");
      people.ask("olivia", NatsRequester.body("apply"), PLAIN);
      brake.awaitReached();
      for (int rounds = 1; rounds <= 2; rounds++) {
        people.ask("olivia", "unreadable", PLAIN);
        BoundedWait.until("it is read", ServerFixture.SOON, () -> people.waiting() == 1);
      }
      assertThat(people.deadLetters()).as("the queue was looked at twice").hasSize(2);

      brake.release();

      noneIsLeft();
    }
  }

  @Test
  void obeysARuleThatHoldsARequestersChangesUntilAnotherPersonApproves() throws Exception {
    var olivias = new GateRule.About(List.of(), List.of("olivia"), List.of(), List.of(), 0);
    var rule = new GateRule("night-shift", olivias, GateRule.Says.HOLD, List.of());
    world.gate = new GatePolicy(true, true, Duration.ofHours(1), List.of(rule));
    try (var server = start("a", 8);
        var _ = take(server, PATIENT)) {
      var answers = people.listen("_INBOX.olivia.1");
      people.ask(
          "olivia", NatsRequester.body("apply"), Map.of("Deployclaw-Reply", "_INBOX.olivia.1"));
      String execution = NatsRequester.nextExecution(answers);
      ServerFixture.awaitResult(server, execution, "HELD");
      assertThat(world.change(execution).orElseThrow().state())
          .isInstanceOfSatisfying(
              ChangeState.Held.class, held -> assertThat(held.why()).contains("night-shift"));

      server.intake().decide(new ApprovalDecision(execution, "olivia", true, "", ""));
      server.intake().decide(new ApprovalDecision(execution, "ann", true, "", ""));

      assertThat(NatsRequester.next(answers)).contains(execution, "COMPLETED", "\"epoch\":1");
    }
  }

  @Test
  void putsWhatCannotBeCarriedOutWithTheDeadLetters() throws Exception {
    reservedByADeadAgent("apply", "id used");
    try (var server = start("a", 8);
        var _ = take(server, PATIENT)) {
      people.ask("olivia", "apply", PLAIN);
      people.ask("olivia", "{\"request\": \"apply\", \"who\": \"root\"}", PLAIN);
      people.ask("olivia", NatsRequester.body("x".repeat(70_000)), PLAIN);
      people.ask("olivia.root", NatsRequester.body("apply"), PLAIN);
      people.ask("olivia", NatsRequester.body("set acme 1"), Map.of("Nats-Msg-Id", "used"));
      people.ask(
          "olivia",
          NatsRequester.body("apply"),
          Map.of("Deployclaw-Reply", "deployclaw.audit.arch-1.1"));

      var dead = deadLetters(6);

      assertThat(dead.stream().map(NatsTaskIntakeTest::reason).toList())
          .satisfiesExactly(
              why -> assertThat(why).contains("isn't a JSON object"),
              why -> assertThat(why).contains("body.who is unknown"),
              why -> assertThat(why).contains("at most 65536 are read"),
              why -> assertThat(why).contains("the subject must be " + queue.subject()),
              why -> assertThat(why).contains("Nats-Msg-Id was used for another task"),
              why -> assertThat(why).contains("below _INBOX or deployclaw.replies"));
      assertThat(NatsRequester.header(dead.get(3), TaskStream.SUBJECT))
          .isEqualTo(queue.subject() + ".olivia.root");
      assertThat(NatsRequester.header(dead.get(3), TaskStream.SEQUENCE)).isEqualTo("4");
      assertThat(dead.getFirst().getData()).isEqualTo("apply".getBytes(StandardCharsets.UTF_8));
      noneIsLeft();
      assertThat(server.metrics().text())
          .contains("deployclaw_nats_messages_total{outcome=\"dead\"} 6.0");
      assertThat(world.active()).isEmpty();
    }
  }

  @Test
  void comesLaterWhereNoPlaceIsFree() throws Exception {
    try (var server = start("a", 1);
        var _ = take(server, PATIENT)) {
      brake.at("redis.stage");
      ServerFixture.submit(server, "apply");
      brake.awaitReached();
      ServerFixture.submit(server, "set acme 700");
      people.ask("olivia", NatsRequester.body("set acme 800"), PLAIN);
      BoundedWait.until(
          "it was refused twice",
          ServerFixture.SOON,
          () ->
              server
                  .metrics()
                  .text()
                  .lines()
                  .filter(l -> l.startsWith("deployclaw_nats_messages_total{outcome=\"refused\"}"))
                  .anyMatch(l -> Double.parseDouble(l.substring(l.indexOf(' '))) >= 2));
      assertThat(server.executions().waiting()).hasSize(1);

      brake.release();

      noneIsLeft();
      BoundedWait.until(
          "it is carried out",
          ServerFixture.SOON,
          () -> world.active().filter(a -> a.epoch() == 3).isPresent());
    }
  }

  @Test
  void severalAgentsShareTheQueue() throws Exception {
    world.run("apply");
    var otherBrake = new ExecutorBrake();
    int tasks = 6;
    try (var first = start("first", 1);
        var second = server(otherBrake, "second", 1);
        var _ = take(first, PATIENT);
        var _ = take(second, PATIENT)) {
      var answers = people.listen("deployclaw.replies.many");
      for (int i = 0; i < tasks; i++) {
        people.ask(
            "olivia",
            NatsRequester.body("set acme " + (700 + i)),
            Map.of("Deployclaw-Reply", "deployclaw.replies.many"));
      }

      var ended = new HashSet<String>();
      while (ended.size() < tasks) {
        String answer = NatsRequester.next(answers);
        if (answer.contains("\"result\":\"COMPLETED\"")) {
          ended.add(answer);
        }
      }

      noneIsLeft();
    }
    assertThat(world.active().orElseThrow().epoch()).as("each once").isEqualTo(1 + tasks);
  }

  private AgentServer start(String stateDir, int places) {
    return server(brake, stateDir, places);
  }

  private AgentServer server(ExecutorBrake at, String stateDir, int places) {
    return AgentServer.start(
        ServerFixture.estate(world, at, folder.resolve(stateDir), List.of()),
        ServerFixture.bounds(places, AMPLE));
  }

  private NatsTaskIntake take(AgentServer server, DeliveryPolicy policy) {
    return NatsTaskIntake.start(NatsSettings.of(nats.url()), queue, policy, server);
  }

  private TaskStream connect(Duration heldFor) throws Exception {
    return TaskStream.connect(NatsSettings.of(nats.url()), queue, heldFor);
  }

  private ExecutionReservations dead() {
    return new ExecutionReservations(brake.in(world.ports()), "an agent that died");
  }

  private static TaskSubmission submission(String text, String key) {
    return TaskSubmission.shared(text, "olivia", false, key);
  }

  private String reservedByADeadAgent(String text, String key) throws InterruptedException {
    return dead().reserve(submission(text, key).key("its")).execution();
  }

  private static String onlyWaiting(AgentServer server) {
    BoundedWait.until(
        "it waits", ServerFixture.SOON, () -> !server.executions().waiting().isEmpty());
    return server.executions().waiting().getFirst();
  }

  private List<MessageInfo> deadLetters(int count) throws Exception {
    BoundedWait.until("all are dead letters", ServerFixture.SOON, () -> people.waiting() == 0);
    var found = people.deadLetters();
    assertThat(found).hasSize(count);
    return found;
  }

  private static String reason(MessageInfo message) {
    return NatsRequester.header(message, TaskStream.REASON);
  }

  private void noneIsLeft() {
    BoundedWait.until("the queue is empty", ServerFixture.SOON, () -> people.waiting() == 0);
  }
}
