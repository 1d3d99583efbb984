package dev.deployclaw.container.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task from a real work queue whose agent ends in the middle of it is carried out once. */
class CutOffTaskTest {
  private static final AtomicInteger QUEUES = new AtomicInteger();
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  /** Of a message that came as its agent ended, too late for it to be given back. */
  private static final Duration HELD = Duration.ofSeconds(10);

  private static final BackoffPolicy QUICK =
      new BackoffPolicy(Duration.ofMillis(50), Duration.ofMillis(200), AMPLE, AMPLE);
  private static final DeliveryPolicy PATIENT = new DeliveryPolicy(HELD, QUICK, 1_000);
  private static final String REPLIES = "_INBOX.olivia.1";

  @TempDir static Path nowhere;
  @AutoClose private static NatsServer nats;

  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final int number = QUEUES.incrementAndGet();
  private final NatsQueue queue = new NatsQueue("C" + number, "cut" + number, "dead.cut" + number);
  private NatsRequester people;

  @BeforeAll
  static void starts() {
    nats = NatsServer.start(nowhere);
  }

  @BeforeEach
  void peopleCome() throws Exception {
    people = new NatsRequester(nats, queue);
    try (var _ = TaskStream.connect(NatsSettings.of(nats.url()), queue, HELD)) {
      // the streams are there
    }
  }

  @AfterEach
  void nothingIsBroken() {
    people.close();
    assertThat(world.laws.broken()).isEmpty();
  }

  @Test
  void isCarriedOutByTheNextAgentUnlessItWasCommitted() throws Exception {
    var answers = asked();
    String first = cutOff("first", "redis.stage", answers);
    assertThat(people.waiting()).as("the message stays").isEqualTo(1);

    var server = server(new ExecutorBrake(), "second");
    try (server;
        var _ = take(server)) {
      String second = NatsRequester.nextExecution(answers);

      assertThat(second).isNotEqualTo(first);
      assertThat(NatsRequester.next(answers)).contains(second, "\"result\":\"COMPLETED\"");
      noneIsLeft();
    }
    assertThat(world.change(first).orElseThrow().state()).isInstanceOf(ChangeState.Aborted.class);
    assertThat(completed()).isEqualTo(1);
    assertThat(people.deadLetters()).isEmpty();
  }

  @Test
  void isCarriedOutByTheSameAgentWhenItIsBack() throws Exception {
    var answers = asked();
    var first = cutOff("same", "redis.stage", answers);

    var server = server(new ExecutorBrake(), "same");
    try (server;
        var _ = take(server)) {
      String second = NatsRequester.nextExecution(answers);

      assertThat(second).isNotEqualTo(first);
      ServerFixture.awaitResult(server, second, "COMPLETED");
      noneIsLeft();
    }
    assertThat(completed()).isEqualTo(1);
  }

  @Test
  void isCarriedOutThoughItsLogEndedBeforeAnyChange() throws Exception {
    var answers = asked();
    var first = cutOff("same", "sources.read", answers);

    var server = server(new ExecutorBrake(), "same");
    try (server;
        var _ = take(server)) {
      assertThat(NatsRequester.nextExecution(answers)).isNotEqualTo(first);
      noneIsLeft();
    }
    assertThat(completed()).isEqualTo(1);
  }

  @Test
  void isNotCarriedOutAgainOnceItIsCommitted() throws Exception {
    var answers = asked();
    String first = cutOff("first", "redis.publish", answers);
    assertThat(people.waiting()).as("the message is gone").isZero();

    try (var server = server(new ExecutorBrake(), "second");
        var _ = take(server)) {
      BoundedWait.until("it is recovered", ServerFixture.SOON, server::hasRecovered);
    }
    assertThat(world.change(first).orElseThrow().state()).isInstanceOf(ChangeState.Completed.class);
    assertThat(completed()).isEqualTo(1);
  }

  @Test
  void isNotCarriedOutAgainWhileItWaitsForAPerson() throws Exception {
    var brake = new ExecutorBrake();
    var answers = people.listen(REPLIES);
    people.ask("olivia", "{\"request\": \"apply\", \"approval\": \"manual\"}", headers());
    String held;
    try (var server = server(brake, "first");
        var _ = take(server)) {
      held = NatsRequester.nextExecution(answers);
      ServerFixture.awaitResult(server, held, "HELD");
      noneIsLeft();
    }
    try (var server = server(brake, "second");
        var _ = take(server)) {
      server.intake().decide(new ApprovalDecision(held, "ann", true, "", ""));
      BoundedWait.until("it is committed", ServerFixture.SOON, () -> completed() == 1);
    }
  }

  @Test
  void isADeadLetterWhereEachAgentThatHasItEnds() throws Exception {
    var answers = asked();
    String last = "";
    for (int agent = 1; agent <= 3; agent++) {
      last = cutOff("agent-" + agent, "redis.stage", answers);
    }

    var server = server(new ExecutorBrake(), "agent-4");
    try (server;
        var _ = take(server)) {
      noneIsLeft();
    }
    var dead = people.deadLetters();
    assertThat(dead).hasSize(1);
    assertThat(NatsRequester.header(dead.getFirst(), TaskStream.REASON))
        .contains("each agent that had it ended before the commit", last);
    assertThat(world.active()).isEmpty();
  }

  private Subscription asked() throws Exception {
    var answers = people.listen(REPLIES);
    people.ask("olivia", NatsRequester.body("apply"), headers());
    return answers;
  }

  private static Map<String, String> headers() {
    return Map.of("Nats-Msg-Id", "one", "Deployclaw-Reply", REPLIES);
  }

  /** An agent takes the task and ends at a call of it. Gives the execution. */
  private String cutOff(String name, String at, Subscription answers) throws Exception {
    var brake = new ExecutorBrake();
    brake.at(at);
    var server = server(brake, name);
    try (var _ = take(server)) {
      String execution = NatsRequester.nextExecution(answers);
      brake.awaitReached();
      server.stop();
      return execution;
    } finally {
      server.close();
    }
  }

  private AgentServer server(ExecutorBrake brake, String name) {
    return AgentServer.start(
        ServerFixture.estate(world, brake, folder.resolve(name), List.of()),
        ServerFixture.bounds(8, AT_ONCE));
  }

  private NatsTaskIntake take(AgentServer server) {
    return NatsTaskIntake.start(NatsSettings.of(nats.url()), queue, PATIENT, server);
  }

  /** How many changes went through: an epoch that was cut off isn't given out again. */
  private long completed() {
    return world.store.list(StoreKeys.CHANGES).stream()
        .map(e -> ChangeExecution.read(e.value()).state())
        .filter(state -> state instanceof ChangeState.Completed)
        .count();
  }

  private void noneIsLeft() {
    BoundedWait.until("the queue is empty", ServerFixture.SOON, () -> people.waiting() == 0);
  }
}
