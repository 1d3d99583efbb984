package dev.deployclaw.container.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task from a real work queue with a secret that another process holds. */
class MaskedTaskTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final BackoffPolicy QUICK =
      new BackoffPolicy(Duration.ofMillis(50), Duration.ofMillis(200), AMPLE, AMPLE);

  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final AtomicBoolean away = new AtomicBoolean(true);

  @Test
  void waitsInTheQueueUntilItCanBeMasked() throws Exception {
    TextMask mask =
        text -> {
          if (away.get()) {
            throw new UnmaskedTextException("the executor host is away");
          }
          return text.replace("held-elsewhere", "***");
        };
    var fakes = ServerFixture.estate(world, new ExecutorBrake(), folder.resolve("a"), List.of());
    var queue = new NatsQueue("Q", "tasks", "dead.tasks");
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var server =
            AgentServer.start(ServerFixture.masking(fakes, mask), ServerFixture.bounds(8, AMPLE));
        var _ =
            NatsTaskIntake.start(
                NatsSettings.of(nats.url()),
                queue,
                new DeliveryPolicy(AMPLE, QUICK, 1_000),
                server)) {
      BoundedWait.until("the streams are there", AMPLE, () -> isThere(nats, queue));
      var people = new NatsRequester(nats, queue);
      people.ask("olivia", NatsRequester.body("apply as held-elsewhere says"), Map.of());
      BoundedWait.until("it was refused", AMPLE, () -> isRefused(server));
      assertThat(world.journal.known()).isEmpty();

      away.set(false);

      BoundedWait.until("the queue is empty", AMPLE, () -> people.waiting() == 0);
      String execution = world.journal.known().getLast();
      assertThat(server.executions().document(execution).orElseThrow().fields())
          .containsEntry("request", "apply as *** says");
      people.close();
    }
  }

  private static boolean isThere(NatsServer nats, NatsQueue queue) {
    try (var _ = TaskStream.connect(NatsSettings.of(nats.url()), queue, AMPLE)) {
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isRefused(AgentServer server) {
    return server
        .metrics()
        .text()
        .lines()
        .anyMatch(l -> l.matches("deployclaw_nats_messages_total.*\"refused\".* [1-9].*"));
  }
}
