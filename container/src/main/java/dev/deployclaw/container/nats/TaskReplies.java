package dev.deployclaw.container.nats;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.vertx.LogEventBus;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who asked the execution's id, and at its end the result. An end is looked for where
 * the log changed. Those of a held change come when a person's decision ends it here. For one
 * thread.
 */
final class TaskReplies {
  private static final Logger LOG = LoggerFactory.getLogger(TaskReplies.class);
  private static final int MOST_AWAITED = 1_000;
  private static final String EXECUTION = "execution_id";
  private static final List<String> TOLD = List.of(EXECUTION, "result", "reason", "epoch");
  private static final Set<String> ENDS =
      Stream.of(ExecutionStatus.values())
          .filter(status -> status != ExecutionStatus.HELD)
          .map(ExecutionStatus::name)
          .collect(Collectors.toUnmodifiableSet());

  private final AgentServer server;
  private final Map<String, Awaited> awaited = new LinkedHashMap<>();

  TaskReplies(AgentServer server) {
    this.server = server;
  }

  /** An end that somebody wants to know. */
  private record Awaited(
      String subject, AtomicBoolean changed, LogEventBus.Subscription subscription) {}

  /** Tells the id, and the end when it comes. */
  void accepted(String execution, String subject, TaskStream stream) throws IOException {
    stream.publish(subject, CanonicalJson.bytes(Map.of(EXECUTION, execution)));
    if (!server.executions().known(execution)) {
      return; // another agent carried it out
    }
    var changed = new AtomicBoolean(true);
    var subscription = server.executions().subscribe(execution, () -> changed.set(true));
    replace(execution, Optional.of(new Awaited(subject, changed, subscription)));
    if (awaited.size() > MOST_AWAITED) {
      String oldest = awaited.keySet().iterator().next();
      LOG.atWarn().addKeyValue("execution", oldest).log("No reply tells its end: too many wait");
      replace(oldest, Optional.empty());
    }
  }

  /** Tells the ends that came. */
  void tellEnds(TaskStream stream) throws IOException {
    for (var entry : List.copyOf(awaited.entrySet())) {
      String execution = entry.getKey();
      var changed = entry.getValue().changed();
      if (server.queue().isBusyWith(execution) || !changed.getAndSet(false)) {
        continue;
      }
      var document = server.executions().document(execution);
      if (document.isEmpty()) {
        replace(execution, Optional.empty()); // another agent carries it out, and tells
      } else if (ENDS.contains(document.get().result())) {
        changed.set(true); // until it is told
        stream.publish(entry.getValue().subject(), end(document.get()));
        replace(execution, Optional.empty());
      }
    }
  }

  private static byte[] end(ExecutionDocument document) {
    return CanonicalJson.bytes(OutcomeDocuments.picked(document.fields(), TOLD));
  }

  private void replace(String execution, Optional<Awaited> by) {
    var old = awaited.remove(execution);
    if (old != null) {
      old.subscription().close();
    }
    by.ifPresent(a -> awaited.put(execution, a));
  }
}
