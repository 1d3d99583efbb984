package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.intake.TaskIntake;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.vertx.LocalEventBus;
import dev.deployclaw.core.fake.FakeClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExitCode;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A card that several agents rewrite, each by calls that may be late, lost or cut off. */
class CardRewriteTest {
  private static final Duration PAST_A_CLAIM = Duration.ofSeconds(61);

  private final FakeEstate world = new FakeEstate();
  private final FakeClock clock = new FakeClock();
  private final Vertx vertx = Vertx.vertx();
  private final TaskIntake intake =
      new TaskIntake(LocalEventBus.of(vertx), new TaskQueue(2, () -> {}));
  private final CardBoard board = new CardBoard("reviews");

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  /** Its call is on its way while another agent shows the end. */
  @Test
  void aLateRewriteByAnotherAgentPutsNoButtonsBack() throws Exception {
    String id = outdated();
    board.before =
        () -> {
          world.agent().reject(id, "ann");
          round().run();
        };

    round().run();
    round().run();

    assertThat(board.buttons).isFalse();
    assertThat(board.sentence()).startsWith("Rejected by ann");
    assertThat(world.store.list("approval-message/")).isEmpty();
  }

  @Test
  void noEndIsShownWhileARewriteWithoutAnAnswerMayArrive() throws Exception {
    String id = outdated();
    board.silent = true;
    round().run();
    world.agent().reject(id, "ann");

    round().run();
    assertThat(board.endings).isEmpty();

    clock.pass(PAST_A_CLAIM);
    round().run();
    assertThat(board.sentence()).startsWith("Rejected by ann");
  }

  @Test
  void aRewriteThatNobodyFinishedIsDoneAgain() throws Exception {
    String id = outdated();
    board.silent = true;
    round().run();
    int tried = board.cards.size();

    clock.pass(PAST_A_CLAIM);
    round().run();

    assertThat(board.cards).hasSize(tried + 1);
    assertThat(board.cards.getLast().current()).isFalse();
    assertThat(board.posted).isOne();
    assertThat(new String(message(id), StandardCharsets.UTF_8)).contains("posted");
  }

  /** A hold with a card, since which something else was committed. */
  private String outdated() throws InterruptedException {
    String id = world.run("apply manually").execution();
    round().run();
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    assertThat(world.run("apply").exit()).isEqualTo(ExitCode.OK);
    return id;
  }

  private byte[] message(String id) {
    return world.store.list("approval-message/").stream()
        .filter(e -> e.key().endsWith(id))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /** Of an agent that looks for the first time. */
  private ChannelRound round() {
    var holds = new HeldExecutions(world::queries, world.time, Duration.ofDays(1));
    var delivery = new DeliverySettings(SlackWorkspace.QUICK, clock, (_, _) -> {});
    var parts = new ApprovalDesk.Parts(world.store, world::queries, intake, _ -> "", delivery);
    return new ChannelRound(board, holds, parts);
  }
}
