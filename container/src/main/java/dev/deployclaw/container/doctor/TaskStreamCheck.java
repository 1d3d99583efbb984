package dev.deployclaw.container.doctor;

import dev.deployclaw.audit.stream.NatsConnector;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.nats.TaskStreamSetup;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import java.io.IOException;
import java.util.List;

/** The work queue from which {@code serve} takes tasks. It is looked at, and nothing is made. */
final class TaskStreamCheck {
  private TaskStreamCheck() {}

  @SuppressWarnings("try") // closing a NATS connection can be interrupted
  static List<Diagnosis> examine(NatsSettings settings, NatsQueue queue)
      throws InterruptedException {
    var found = new DiagnosisCollector("nats tasks");
    try (var connection = NatsConnector.connect(settings, "deployclaw-doctor")) {
      var options = JetStreamOptions.builder().requestTimeout(settings.timeout()).build();
      examine(connection.jetStreamManagement(options), queue, found);
    } catch (IOException e) {
      found.unreachable(
          "%s: %s; the user needs rights on $JS.API.> and $JS.ACK.%s.>"
              .formatted(settings.address(), e.getMessage(), queue.stream()));
    }
    return found.all();
  }

  private static void examine(
      JetStreamManagement management, NatsQueue queue, DiagnosisCollector found)
      throws IOException {
    var stream = TaskStreamSetup.find(management, queue.stream());
    if (stream.isEmpty()) {
      found.ok("there is no queue yet: serve creates it");
      return;
    }
    var wrong = TaskStreamSetup.wrong(stream.get(), queue);
    if (!wrong.isEmpty()) {
      found.error(
          TaskStreamSetup.sentence(queue, wrong),
          "no task is taken from it: correct it, or name another in serve.nats.stream");
      return;
    }
    long dead =
        TaskStreamSetup.deadLetters(management, queue)
            .map(info -> info.getStreamState().getMsgCount())
            .orElse(0L);
    found.ok("waiting tasks: %d".formatted(stream.get().getStreamState().getMsgCount()));
    if (dead > 0) {
      found.warning(
          "dead letters on %s: %d".formatted(queue.deadLetters(), dead),
          "each says why in its header Deployclaw-Reason; delete it when it is dealt with");
    }
  }
}
