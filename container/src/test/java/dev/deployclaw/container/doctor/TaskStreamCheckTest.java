package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Nats;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the work queue on a real server. */
class TaskStreamCheckTest {
  private static final NatsQueue QUEUE = NatsQueue.DEFAULT;

  @TempDir Path folder;

  @Test
  @SuppressWarnings("try") // closing a NATS connection can be interrupted
  void tellsOfTheQueueAndItsDeadLetters() throws Exception {
    try (var nats = NatsServer.start(folder);
        var connection = Nats.connect(nats.url())) {
      var settings = NatsSettings.of(nats.url());
      assertThat(TaskStreamCheck.examine(settings, QUEUE).getFirst().found())
          .contains("there is no queue yet");
      var management = connection.jetStreamManagement();
      var stream =
          StreamConfiguration.builder().name(QUEUE.stream()).subjects(QUEUE.subject() + ".*");
      management.addStream(stream.build());

      var wrong = TaskStreamCheck.examine(settings, QUEUE).getFirst();
      assertThat(wrong.level()).isEqualTo(Level.ERROR);
      assertThat(wrong.found())
          .contains("retention must be workqueue", "subjects must have deployclaw.tasks.>");

      management.deleteStream(QUEUE.stream());
      management.addStream(
          stream
              .subjects(QUEUE.subject() + ".>")
              .retentionPolicy(RetentionPolicy.WorkQueue)
              .build());
      management.addStream(
          StreamConfiguration.builder().name("D").subjects(QUEUE.deadLetters()).build());
      connection.jetStream().publish(QUEUE.subject() + ".olivia", new byte[0]);
      connection.jetStream().publish(QUEUE.deadLetters(), new byte[0]);

      var said = TaskStreamCheck.examine(settings, QUEUE);
      assertThat(said).extracting(Diagnosis::level).containsExactly(Level.OK, Level.WARNING);
      assertThat(said.getFirst().found()).isEqualTo("waiting tasks: 1");
      assertThat(said.getLast().found()).isEqualTo("dead letters on deployclaw.dead.tasks: 1");
    }
  }

  @Test
  void saysWhereNobodyAnswers() throws Exception {
    var settings = NatsSettings.of("nats://127.0.0.1:" + FreePortFinder.free());

    assertThat(TaskStreamCheck.examine(settings, QUEUE))
        .extracting(Diagnosis::level)
        .containsExactly(Level.UNREACHABLE);
  }
}
