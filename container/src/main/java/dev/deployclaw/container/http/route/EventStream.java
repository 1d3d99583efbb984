package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.container.query.LogFollower;
import dev.deployclaw.container.query.LogFollower.Batch;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.vertx.LogEventBus;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.policy.json.CanonicalJson;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's event stream (WHATWG HTML, server-sent events): a {@code thought} for each record, a
 * {@code superseded} where another machine went on with the log from an earlier one, and a {@code
 * result} at the end. An id is the record's number, and how its hash begins. Nothing waits in
 * memory for a slow client: the journal is the buffer, and the next batch is read when the last one
 * is written. Fields are touched on the event loop only.
 */
final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** Records that another process writes wake nobody here. */
  private static final long POLL_MILLIS = 1000;

  private static final String AGAIN_MILLIS = "2000";

  static final String MEDIA_TYPE = "text/event-stream";

  /** Digits of a hash in an id. */
  static final int SHORT_HASH = 16;

  private final RoutingContext exchange;
  private final HttpServerResponse response;
  private final Context context;
  private final Executor threads;
  private final ExecutionQueries executions;
  private final LogFollower following;
  private final BooleanSupplier known;
  private final boolean resumed;
  private final long heartbeatMillis;
  private final List<Long> timers = new ArrayList<>();
  private Optional<LogEventBus.Subscription> subscription = Optional.empty();
  private boolean begun;
  private boolean reading;
  private boolean wanted;
  private boolean over;

  /**
   * @param threads where reading blocks
   */
  EventStream(RoutingContext exchange, AgentServer server, Executor threads, Wanted wanted) {
    this.exchange = exchange;
    this.response = exchange.response();
    this.context = exchange.vertx().getOrCreateContext();
    this.threads = threads;
    this.executions = server.executions();
    this.following = executions.follow(wanted.execution(), wanted.had());
    this.known = wanted.known();
    this.resumed = wanted.had().seq() > 0;
    this.heartbeatMillis = server.bounds().heartbeat().toMillis();
    exchange.addEndHandler(_ -> release());
  }

  /**
   * What a client wants to know.
   *
   * @param had the last record that it has; its hash may be cut short, or empty
   * @param known whether its credential still counts
   */
  record Wanted(String execution, LogHead had, BooleanSupplier known) {}

  void begin() {
    if (response.closed()) {
      return; // the client left before, and nobody would release what begins here
    }
    var vertx = context.owner();
    subscription =
        Optional.of(
            executions.subscribe(following.execution(), () -> context.runOnContext(_ -> wake())));
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
    try {
      threads.execute(this::read);
    } catch (RejectedExecutionException e) {
      breakOff(ProblemCatalogue.stopping()); // the client comes again, to this agent or another
    }
  }

  /** On a virtual thread. */
  private void read() {
    String execution = following.execution();
    try {
      var batch = following.next();
      var outcome =
          batch.rests() ? executions.outcome(execution) : Optional.<Map<String, Object>>empty();
      context.runOnContext(_ -> write(batch, outcome));
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("execution", execution).setCause(e).log("an event stream failed");
      context.runOnContext(
          _ -> breakOff(ProblemCatalogue.expected(e).orElseGet(ProblemCatalogue::fault)));
    }
  }

  private void write(Batch batch, Optional<Map<String, Object>> outcome) {
    reading = false;
    if (over) {
      return;
    }
    boolean nothingNew = batch.records().isEmpty() && batch.superseded().isEmpty();
    if (nothingNew && !begun && batch.rests() && resumed) {
      response
          .setStatusCode(204)
          .putHeader("Cache-Control", "no-store")
          .end(); // by which a client knows not to come again
      return;
    }
    open();
    batch
        .superseded()
        .ifPresent(
            last -> send("superseded", last, CanonicalJson.text(Map.of("after", last.seq()))));
    for (var record : batch.records()) {
      send("thought", record.head(), new String(record.bytes(), StandardCharsets.UTF_8));
    }
    if (outcome.isPresent()) {
      send("event: result\ndata: %s\n\n".formatted(result(outcome.get())));
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
          .putHeader("Content-Type", MEDIA_TYPE)
          .putHeader("Cache-Control", "no-store")
          .putHeader("X-Accel-Buffering", "no");
      send("retry: " + AGAIN_MILLIS + "\n\n");
    }
  }

  private void heartbeat() {
    if (!over && !known.getAsBoolean()) {
      breakOff(ProblemCatalogue.unauthorized("the credential is no longer valid"));
      return;
    }
    if (begun && !over && !response.writeQueueFull()) {
      send(": alive\n\n");
    }
  }

  private void send(String event, LogHead record, String data) {
    send("id: %s\nevent: %s\ndata: %s\n\n".formatted(id(record), event, data));
  }

  /** The number alone where nothing is known of the record, as of none. */
  private static String id(LogHead record) {
    return record.hash().length() < SHORT_HASH
        ? Long.toString(record.seq())
        : record.seq() + "-" + record.hash().substring(0, SHORT_HASH);
  }

  private void send(String text) {
    var _ = response.write(SecretRegistry.hidden(text));
  }

  private void end() {
    if (!over && !response.ended()) {
      var _ = response.end();
    }
  }

  /** A stream that has begun can only end; the client comes again, and is told then. */
  private void breakOff(ProblemDetail problem) {
    if (begun) {
      end();
    } else {
      RequestDispatcher.send(exchange, problem);
    }
  }

  private void release() {
    over = true;
    timers.forEach(context.owner()::cancelTimer);
    subscription.ifPresent(LogEventBus.Subscription::close);
  }

  private static String result(Map<String, Object> outcome) {
    var out =
        OutcomeDocuments.picked(
            outcome, List.of("execution_id", "result", "reason", "epoch", "rollback_available"));
    out.put("location", "/v1/executions/" + outcome.get("execution_id"));
    return CanonicalJson.text(out);
  }
}
