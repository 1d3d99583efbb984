package dev.deployclaw.container.doctor;

import dev.deployclaw.audit.stream.NatsConnector;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.container.nats.TaskStreamSetup;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The work queue from which {@code serve} takes tasks. It is looked at, and nothing is made. */
final class TaskStreamCheck {
  private static final String TASKS = "nats tasks";

  private TaskStreamCheck() {}

  @SuppressWarnings("try") // closing a NATS connection can be interrupted
  static List<Diagnosis> examine(NatsSettings settings, NatsQueue queue)
      throws InterruptedException {
    try (var connection = NatsConnector.connect(settings, "deployclaw-doctor")) {
      var options = JetStreamOptions.builder().requestTimeout(settings.timeout()).build();
      return examine(connection.jetStreamManagement(options), queue);
    } catch (IOException e) {
      return List.of(
          Diagnosis.unreachable(
              TASKS,
              "%s: %s; the user needs rights on $JS.API.> and $JS.ACK.%s.>"
                  .formatted(settings.address(), e.getMessage(), queue.stream())));
    }
  }

  private static List<Diagnosis> examine(JetStreamManagement management, NatsQueue queue)
      throws IOException {
    var stream = TaskStreamSetup.find(management, queue.stream());
    if (stream.isEmpty()) {
      return List.of(Diagnosis.ok(TASKS, "there is no queue yet: serve creates it"));
    }
    var wrong = TaskStreamSetup.wrong(stream.get(), queue);
    if (!wrong.isEmpty()) {
      return List.of(
          Diagnosis.error(
              TASKS,
              TaskStreamSetup.sentence(queue, wrong),
              "no task is taken from it: correct it, or name another in serve.nats.stream"));
    }
    var found = new ArrayList<Diagnosis>();
    found.add(
        Diagnosis.ok(
            TASKS, "waiting tasks: %d".formatted(stream.get().getStreamState().getMsgCount())));
    long dead =
        TaskStreamSetup.deadLetters(management, queue)
            .map(info -> info.getStreamState().getMsgCount())
            .orElse(0L);
    if (dead > 0) {
      found.add(
          Diagnosis.warning(
              TASKS,
              "dead letters on %s: %d".formatted(queue.deadLetters(), dead),
              "each says why in its header Deployclaw-Reason; delete it when it is dealt with"));
    }
    return found;
  }
}
