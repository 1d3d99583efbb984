package dev.deployclaw.container.http;

import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.container.config.Secrets;
import dev.deployclaw.container.serve.Executions;
import dev.deployclaw.container.serve.Executions.Batch;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.policy.json.Canonical;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's event stream (WHATWG HTML, server-sent events): a {@code thought} for each record,
 * whose id is the record's number, and a {@code result} at the end. Nothing waits in memory for a
 * slow client: the journal is the buffer, and the next batch is read when the last one is written.
 * Fields are touched on the event loop only.
 */
final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** Records that another process writes wake nobody here. */
  private static final long POLL_MILLIS = 1000;

  private static final String AGAIN_MILLIS = "2000";

  private final HttpServerResponse response;
  private final Context context;
  private final Executor threads;
  private final Executions executions;
  private final String execution;
  private final long heartbeatMillis;
  private final List<Long> timers = new ArrayList<>();
  private Optional<AutoCloseable> subscription = Optional.empty();
  private long last;
  private boolean begun;
  private boolean reading;
  private boolean wanted;
  private boolean over;

  EventStream(RoutingContext exchange, Sidecar sidecar, Executor threads, String execution) {
    this.response = exchange.response();
    this.context = exchange.vertx().getOrCreateContext();
    this.threads = threads;
    this.executions = sidecar.executions();
    this.execution = execution;
    this.heartbeatMillis = sidecar.bounds().heartbeat().toMillis();
    exchange.addEndHandler(_ -> release());
  }

  /**
   * @param lastEvent the last record that the client has
   */
  void begin(Optional<Long> lastEvent) {
    last = lastEvent.orElse(0L);
    var vertx = context.owner();
    subscription =
        Optional.of(executions.subscribe(execution, () -> context.runOnContext(_ -> wake())));
    timers.add(vertx.setPeriodic(POLL_MILLIS, _ -> wake()));
    timers.add(vertx.setPeriodic(heartbeatMillis, _ -> heartbeat()));
    response.drainHandler(_ -> wake());
    wake();
  }

  private void wake() {
    if (over || reading) {
      wanted = true;
      return;
    }
    if (response.writeQueueFull()) {
      return; // the drain handler wakes it
    }
    reading = true;
    wanted = false;
    long after = last;
    try {
      threads.execute(() -> read(after));
    } catch (RejectedExecutionException e) {
      end(); // the agent stops; the client comes again, to this one or another
    }
  }

  /** On a virtual thread. */
  private void read(long after) {
    try {
      var batch = executions.since(execution, after);
      var document =
          batch.rests() ? executions.document(execution) : Optional.<ExecutionDocument>empty();
      context.runOnContext(_ -> write(batch, document));
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("execution", execution).setCause(e).log("an event stream failed");
      context.runOnContext(_ -> end());
    }
  }

  private void write(Batch batch, Optional<ExecutionDocument> document) {
    reading = false;
    if (over) {
      return;
    }
    boolean nothingEver = !begun && batch.records().isEmpty() && batch.rests() && last > 0;
    if (nothingEver) {
      response.setStatusCode(204).end(); // by which a client knows not to come again
      return;
    }
    open();
    for (var record : batch.records()) {
      last = record.head().seq();
      send(
          "id: %d\nevent: thought\ndata: %s\n\n"
              .formatted(last, new String(record.bytes(), StandardCharsets.UTF_8)));
    }
    if (document.isPresent()) {
      send("event: result\ndata: %s\n\n".formatted(result(document.get())));
      end();
    } else if (wanted || batch.more()) {
      wake();
    }
  }

  private void open() {
    if (!begun) {
      begun = true;
      response
          .setChunked(true)
          .putHeader("Content-Type", "text/event-stream")
          .putHeader("Cache-Control", "no-store")
          .putHeader("X-Accel-Buffering", "no");
      send("retry: " + AGAIN_MILLIS + "\n\n");
    }
  }

  private void heartbeat() {
    if (begun && !over && !response.writeQueueFull()) {
      send(": alive\n\n");
    }
  }

  private void send(String text) {
    var _ = response.write(Secrets.hidden(text));
  }

  private void end() {
    if (!over && !response.ended()) {
      var _ = response.end();
    }
  }

  private void release() {
    over = true;
    timers.forEach(context.owner()::cancelTimer);
    subscription.ifPresent(EventStream::close);
  }

  private static void close(AutoCloseable subscription) {
    try {
      subscription.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String result(ExecutionDocument document) {
    var out = new TreeMap<String, Object>();
    for (var key : List.of("execution_id", "result", "reason", "epoch", "rollback_available")) {
      Optional.ofNullable(document.fields().get(key)).ifPresent(v -> out.put(key, v));
    }
    out.put("location", "/v1/executions/" + document.fields().get("execution_id"));
    return Canonical.text(Map.copyOf(out));
  }
}
